/** Scripts of templates: they run on the node before the VM is made, and the VM is made only when they end with 0. */
import { type ErrorCode, FleetError } from '../../errors.ts';
import { endpointOf } from '../../ids.ts';
import type { Node, Source } from '../../platforms/contract.ts';
import { shellWord } from '../../shell-word.ts';
import { PART_FILES } from '../../state/templates/library.ts';
import { spellTemplate } from '../../state/templates/template.ts';
import { bytes } from '../../units.ts';
import type { Asked, Report } from '../action.ts';
import { type NodeResult, runOnAll } from '../node/run.ts';
import { needed } from '../object-action.ts';
import { permitted } from '../permitted.ts';
import type { Services } from '../services.ts';
import { isFolder, newFolder, prepareCommand, RESERVED, releaseCommand, reservationOf } from './node-store.ts';
import { FILES, LOG, type ScriptInput, scriptCommand, scriptFiles, undoCommand } from './script-files.ts';

const writeAsked: Asked = { needs: 'node.writeFile', title: 'Run the script of a template' };

/** What a script may take where its template says nothing else, by the variable `provision_timeout` in seconds. */
const USUAL_SECONDS = 300;
const MOST_SECONDS = 86_400;
/** For the folder of the script: it is made and taken away at once. */
const STEP_MS = 30_000;
const LONGEST_SAID = 300;
/** With these a request has come to nothing. */
const NOTHING_MADE: ReadonlySet<ErrorCode> = new Set([
  'op.refused',
  'op.unsupported',
  'op.conflict',
  'op.failed',
  'usage',
]);

/** With these a command may have begun on the node. */
const PERHAPS_RUN: ReadonlySet<ErrorCode> = new Set(['outcome.unknown', 'op.timeout', 'op.cancelled']);

/** What a script has written: its output, and what it has put into its log. Each is cut at 1 MiB. */
export interface ScriptEnd {
  readonly output: string;
  readonly log: string;
}

/** A script that did not end well. Nothing was made. */
export class ScriptError extends FleetError {
  readonly end: ScriptEnd;
  constructor(message: string, end: ScriptEnd, error: FleetError | undefined) {
    // Of the VM it is clear that it is not there.
    const code = error === undefined || error.code === 'outcome.unknown' ? 'op.failed' : error.code;
    super(code, message, error ? { cause: error } : {});
    this.end = end;
  }
}

/** What is heard of a script. */
export interface ScriptListener {
  /** Each line that it writes. */
  readonly report: Report;
  /** It has ended well; the VM is made next. Rejects for nothing. */
  ended(end: ScriptEnd): Promise<void>;
  /** What is there on the node still, and the command that removes it. */
  left(sentence: string): void;
}

/**
 * Runs the script on this node, and then `make`. Until that has ended no other run makes a VM of this name by a script there.
 * What the script has made is removed where it fails, takes too long or is given up (ScriptError), where its link dies, and where
 * `make` has made no VM for certain. In a dry run the script is not run.
 */
export async function makeAfterScript<T>(
  node: Node,
  input: ScriptInput,
  make: () => Promise<T>,
  services: Services,
  { report, ended, left }: ScriptListener,
  signal: AbortSignal,
): Promise<T> {
  const { run, step } = commandsOn(node, services);
  const limitMs = secondsOf(input) * 1000;
  const place = { folder: newFolder(), reservation: reservationOf(node.name, input.vm) };
  const { folder, reservation } = place;
  const prepared = await run(prepareCommand(reservation, folder), STEP_MS, signal);
  if (!prepared.error && prepared.code === undefined) return make();
  if (prepared.code === RESERVED) throw reservedError(prepared, input, reservation);
  if (prepared.error && !PERHAPS_RUN.has(prepared.error.code)) throw prepared.error;
  /** Whether what the script has made is a VM's: then it stays. */
  let has = 'no VM' as 'no VM' | 'perhaps a VM' | 'a VM';
  try {
    const kept = keptOn(prepared, folder);
    await sendFiles(node, `${folder}/${FILES}.tar`, scriptFiles(input, kept), services, signal);
    const command = `cd ${shellWord(folder)} && tar -xf ${FILES}.tar && exec ${scriptCommand(folder, reservation, input.template)}`;
    const result = await run(command, limitMs, signal, report);
    const log = await step(`head -c 1048576 ${shellWord(`${folder}/${LOG}`)} 2>/dev/null; true`);
    const end: ScriptEnd = { output: `${result.stdout}${result.stderr}`, log: log.stdout };
    if (result.error || result.code !== 0) throw failure(input, result, end);
    await ended(end);
    try {
      const made = await make();
      has = 'a VM';
      return made;
    } catch (error) {
      if (isMade(error, node, input, services)) has = 'perhaps a VM';
      throw error;
    }
  } finally {
    if (has !== 'a VM' && !prepared.error) await tellLeft(has === 'perhaps a VM');
    const removed = await step(releaseCommand(folder, reservation));
    if (removed.error || removed.code !== 0)
      left(
        `${folder} ${prepared.error ? 'may be' : 'is'} left on ${node.name}: ${onNode(node, takeAway(place, has === 'no VM'))} removes it`,
      );
  }

  /** What the script has made is removed first, but where a VM may have it. */
  async function tellLeft(isVms: boolean): Promise<void> {
    const { stdout } = await step(
      isVms ? `cat ${shellWord(`${folder}/made`)} 2>/dev/null; true` : undoCommand(folder, reservation),
    );
    const paths = [...new Set(stdout.split('\n').filter(Boolean))];
    if (paths.length === 0) return;
    const what = `what the script made for ${input.vm} is left on ${node.name}: ${paths.join(', ')}`;
    left(isVms ? `${what}; a VM may have it` : `${what}; ${onNode(node, removing(paths))} removes it`);
  }
}

const removing = (paths: readonly string[]): string =>
  paths.map((path) => `${path.startsWith('/dev/') ? 'lvremove -f' : 'rm -f --'} ${shellWord(path)}`).join('; ');

interface Place {
  readonly folder: string;
  readonly reservation: string;
}

/** What a run that has died leaves on the node; `undoes`: with what its script has made. */
const takeAway = ({ folder, reservation }: Place, undoes: boolean): string =>
  `${undoes ? `${undoCommand(folder, reservation)}; ` : ''}rm -rf ${folder} .cache/drover/making/${reservation}`;

/** Commands on the node: that of the user, who may give it up, and steps that come behind it in each case. */
function commandsOn(node: Node, services: Services) {
  const run = (command: string, timeoutMs: number, until: AbortSignal, report?: Report) => {
    const tell = report && ((_node: Node, _from: string, line: string) => report(line.slice(0, LONGEST_SAID)));
    return only(runOnAll([node], { command, timeoutMs, atOnce: 1, ...(tell && { tell }) }, services, until));
  };
  return { run, step: (command: string) => run(command, STEP_MS, AbortSignal.timeout(STEP_MS)) };
}

/** A command that the shell of the user takes as one word. */
const onNode = ({ name }: Node, command: string): string =>
  `drover node run ${shellWord(name)} -- ${shellWord(command)}`;

/** A run that has died may have made something, which is to go before the name is free again. */
function reservedError({ node, stderr }: NodeResult, { vm }: ScriptInput, reservation: string): FleetError {
  const [mine = '', by = ''] = stderr.trim().split('\n');
  const command = isFolder(by) ? takeAway({ folder: by, reservation }, true) : `rm -rf ${shellWord(mine)}`;
  return new FleetError('op.conflict', `${vm} is being made on ${node.name} by another run`, {
    fix: `where none does that any more: ${onNode(node, command)}`,
  });
}

/** The hashes of the files that the node has kept. Throws where it could make no folder. */
function keptOn({ node, code, error, stdout, stderr }: NodeResult, folder: string): ReadonlySet<string> {
  const [made, ...files] = stdout.trim().split('\n');
  if (error || code !== 0 || made !== folder)
    throw error ?? new FleetError('op.failed', `${node.name} can't make a folder for the script: ${stderr.trim()}`);
  const isWhole = (line: string) => line.slice(0, 64) === line.slice(66);
  return new Set(files.filter(isWhole).map((line) => line.slice(0, 64)));
}

/** Whether there may be a VM that has what the script made. */
function isMade(error: unknown, { id }: Node, { vm }: ScriptInput, { store }: Services): boolean {
  const isClear = error instanceof FleetError && NOTHING_MADE.has(error.code);
  return (
    !isClear || [...store.fleet.vms.values()].some((one) => one.name === vm && endpointOf(one.id) === endpointOf(id))
  );
}

async function only(results: Promise<readonly NodeResult[]>): Promise<NodeResult> {
  const [result] = await results;
  if (!result) throw new Error('a command on one node has no result');
  return result;
}

function secondsOf({ variables, template }: ScriptInput): number {
  const said = variables['provision_timeout'];
  if (said === undefined || said === '') return USUAL_SECONDS;
  const seconds = Number(said);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MOST_SECONDS) return seconds;
  throw new FleetError(
    'usage',
    `${spellTemplate(template)}: provision_timeout must be seconds from 1 to ${MOST_SECONDS}`,
  );
}

function failure({ template }: ScriptInput, { code, error, stderr, stdout }: NodeResult, end: ScriptEnd): ScriptError {
  const script = `${PART_FILES.script} of ${spellTemplate(template)}`;
  if (error) return new ScriptError(`${script}: ${error.message}`, end, error);
  const last = (stderr || stdout).trimEnd().split('\n').at(-1) ?? '';
  const said = last === '' ? '' : `: ${last.slice(0, LONGEST_SAID)}`;
  return new ScriptError(`${script} ended with exit code ${code}${said}`, end, undefined);
}

async function sendFiles(
  node: Node,
  path: string,
  content: Buffer,
  services: Services,
  signal: AbortSignal,
): Promise<void> {
  const { connection } = permitted(writeAsked, 'node', node.id, services);
  const source: Source = {
    name: 'the files of the template',
    size: bytes(content.length),
    async *read(from, length = content.length - from) {
      yield content.subarray(from, from + length);
    },
  };
  await needed(connection, 'node.writeFile')(node.id, path, source, { overwrite: false, mode: 0o600 }, signal);
}
