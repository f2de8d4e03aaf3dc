/** `drover node setup HOST…`: whether hosts have what VMs need, and with --apply what is missing is installed and started. */
import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { HostPart, HostSurvey } from '../../platforms/contract.ts';
import { clean } from '../../terminal/width.ts';
import { chosenEndpoints, endpointsMeantBy } from '../chosen-endpoints.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { Flag } from '../flags.ts';
import { type Column, renderList } from '../output.ts';
import { lookedAt, madeReady } from './make-ready.ts';

const APPLY: Flag = {
  key: 'apply',
  label: 'Apply',
  help: 'Install and start what is missing: each command is listed first, and asked about.',
  kind: 'flag',
};
const DETECT_ONLY: Flag = {
  key: 'detect-only',
  label: 'Detect only',
  help: 'Look only, and change nothing: so it is without --apply.',
  kind: 'flag',
};

export const nodeSetupCommand: Command = {
  noun: 'node',
  verb: 'setup',
  help: 'Show what hosts have of what VMs need, libvirt or none, and with --apply install and start what is missing.',
  takes: 'HOST…',
  byAddress: true,
  flags: () => [APPLY, DETECT_ONLY],
  async run(context, { words, values }) {
    const isApplied = values[APPLY.key] === true;
    if (isApplied && values[DETECT_ONLY.key] === true)
      throw new FleetError('usage', '--apply changes the host, and --detect-only does not: leave one out');
    const names = await hostsMeant(words, context);
    const shown: Row[] = [];
    let code: number = EXIT.done;
    let ended: { readonly error: unknown } | undefined;
    for (const name of names) {
      try {
        const { survey, ending } = isApplied ? await madeReady(name, context) : await lookedAt(name, context);
        const rows = rowsOf(name, survey);
        shown.push(...rows);
        const isReady = rows.every(({ state, optional }) => state !== 'missing' || optional);
        code ||= ending || (isReady ? EXIT.done : EXIT.failed);
        if (context.format === 'table') await printTable(rows, names.length > 1, context);
      } catch (error) {
        if (names.length === 1 || context.signal.aborted || !(error instanceof FleetError)) {
          ended = { error };
          break;
        }
        context.say(clean(error.message.startsWith(`${name}: `) ? error.message : `${name}: ${error.message}`));
        if (error.fix !== undefined) context.say(`  ${clean(error.fix)}`);
        code ||= exitCodeOf(error);
      }
    }
    // What was changed is shown, whatever came behind it.
    if (context.format !== 'table' && (!ended || shown.length > 0)) await printRows(shown, context);
    if (ended) throw ended.error;
    return code;
  },
};

async function hostsMeant(words: readonly string[], context: CommandContext): Promise<readonly EndpointName[]> {
  if (words.length > 0 && context.global.clients.length > 0)
    throw new FleetError('usage', 'hosts are named by words or by -C, and not by both');
  if (words.length > 0) return [...new Set(words.flatMap((word) => endpointsMeantBy(word, context)))];
  if (context.global.clients.length > 0) return chosenEndpoints(context);
  throw new FleetError('usage', 'which hosts? Name endpoints, or USER@HOST', {
    fix: 'drover node setup root@db1.example.org',
  });
}

interface Row {
  readonly [key: string]: string | boolean | null;
  readonly endpoint: string;
  readonly part: string;
  readonly found: string;
  readonly neededFor: string;
  readonly state: HostPart['state'];
  readonly optional: boolean;
  readonly fix: string | null;
}

const rowsOf = (endpoint: EndpointName, { parts }: HostSurvey): readonly Row[] =>
  parts.map(({ part, found, neededFor, state, isOptional, fix }) => ({
    endpoint,
    part,
    found,
    neededFor,
    state,
    optional: isOptional,
    fix: fix ?? null,
  }));

const HOST: Column<Row> = { title: 'ENDPOINT', show: ({ endpoint }) => endpoint };
const COLUMNS: readonly Column<Row>[] = [
  { title: 'WHAT', show: ({ part }) => part },
  { title: 'STATE', show: ({ state, optional }) => (state === 'missing' && optional ? 'missing (optional)' : state) },
  { title: 'FOUND', show: ({ found }) => found },
  { title: 'NEEDED FOR', show: ({ neededFor }) => neededFor },
];

async function printTable(rows: readonly Row[], isOfMany: boolean, context: CommandContext): Promise<void> {
  await context.printer.print(
    await renderList(
      { rows, columns: isOfMany ? [HOST, ...COLUMNS] : COLUMNS, name: ({ part }) => part },
      context.format,
      context.columns,
    ),
  );
  for (const { part, fix } of rows) if (fix !== null) context.say(clean(`${part}: ${fix}`));
}

const printRows = async (rows: readonly Row[], context: CommandContext): Promise<void> =>
  context.printer.print(
    await renderList(
      { rows, columns: COLUMNS, name: ({ endpoint, part }) => `${endpoint}/${part}` },
      context.format,
      undefined,
    ),
  );
