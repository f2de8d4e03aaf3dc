import { join } from 'node:path';
import type { App } from '../../compose.ts';
import type { EndpointName } from '../../ids.ts';
import { stateDirectory } from '../../state/config/paths.ts';
import { homeOf } from '../../state/files/home.ts';
import { clean } from '../../terminal/width.ts';
import { chosenEndpoints } from '../chosen-endpoints.ts';
import { EXIT } from '../command.ts';
import { renderList } from '../output.ts';
import type { OwnCommand, OwnContext } from '../own-command.ts';
import { asksSynchronized, tmuxEscapeMs } from './ask-terminal.ts';
import { configurationFindings } from './configuration.ts';
import { testEndpoints } from './endpoints.ts';
import type { Finding } from './finding.ts';
import { clockFinding, programFinding, stateFindings } from './machine.ts';
import { sshFindings } from './ssh.ts';
import { type TerminalFacts, terminalFindings } from './terminal.ts';

export const doctorCommand: OwnCommand = {
  word: 'doctor',
  help: 'Check terminal, configuration, keys and endpoints, and say how to fix what is wrong.',
  takes: '',
  flags: [],
  candidates: () => [],
  run: (context) => context.withApp((app) => examine(app, context)),
};

/** 0 when nothing failed, 1 when something here did, 4 when it was endpoints alone. */
async function examine(app: App, context: OwnContext): Promise<number> {
  const { env, signal } = context;
  const home = homeOf(env);
  const findings: Finding[] = [];
  const tell = async (more: readonly Finding[]) => {
    findings.push(...more);
    if (context.format === 'table') await context.printer.print(more.flatMap(linesOf).join('\n'));
  };

  const state = stateDirectory(env, home);
  await tell([programFinding()]);
  await tell(terminalFindings(await terminalFacts(app, context)));
  await tell(await configurationFindings(app));
  await tell(await sshFindings({ home, agentSocket: env['SSH_AUTH_SOCK'], clock: app.clock }));
  await tell(await stateFindings(state));
  await tell([await clockFinding(app.clock.now(), [app.configPath, join(state, 'audit.jsonl'), import.meta.filename])]);
  const here = findings.some((finding) => finding.state === 'failed');
  await testEndpoints(app, await endpointsOf(app, context), signal, tell);

  if (context.format !== 'table') await printRows(findings, context);
  if (here) return EXIT.failed;
  return findings.some((finding) => finding.state === 'failed') ? EXIT.unreachable : EXIT.done;
}

const endpointsOf = async (app: App, context: OwnContext): Promise<readonly EndpointName[]> =>
  context.global.clients.length > 0 ? chosenEndpoints({ ...context, app }) : [...app.config().endpoints.keys()];

const WORDS: Readonly<Record<Finding['state'], string>> = { ok: 'ok', warning: 'warning', failed: 'FAILED' };
const COLUMN = Math.max(...Object.values(WORDS).map((word) => word.length)) + 2;

function linesOf({ state, about, detail, fix }: Finding): readonly string[] {
  const line = `${WORDS[state].padEnd(COLUMN)}${clean(about)}: ${clean(detail)}`;
  return fix === undefined ? [line] : [line, `${' '.repeat(COLUMN)}${clean(fix)}`];
}

async function printRows(findings: readonly Finding[], { printer, format, columns }: OwnContext): Promise<void> {
  const rows = findings.map(({ about, state, detail, fix }) => ({ about, state, detail, fix }));
  await printer.print(await renderList({ rows, columns: [], name: ({ about }) => about }, format, columns));
}

/** A terminal is asked only where keys come from it too, or another program would read its answer. */
async function terminalFacts(app: App, { env, stdin, stdout, stderr, signal }: OwnContext): Promise<TerminalFacts> {
  const screens = [stdout, stderr] as readonly (typeof stdout & {
    isTTY?: boolean;
    columns?: number;
    rows?: number;
  })[];
  const out = screens.find(({ isTTY }) => isTTY);
  if (!out) return { env, size: undefined, synchronized: undefined, tmuxEscapeMs: undefined };
  const typed = (stdin as typeof stdin & { isTTY?: boolean }).isTTY === true;
  return {
    env,
    size: { columns: out.columns || 80, rows: out.rows || 24 },
    synchronized: typed ? await asksSynchronized(stdin, out, app.clock, signal) : undefined,
    tmuxEscapeMs: env['TMUX'] ? await tmuxEscapeMs(signal) : undefined,
  };
}
