import { permitted } from '../actions/permitted.ts';
import { historyAction } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import type { History, HistoryRow, Node, Vm } from '../platforms/contract.ts';
import { formatBytes, formatRatio } from '../units.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { findNodes, findVms } from './find.ts';
import { type HistorySpan, rowsWithin, SPAN_FLAGS, spanOf } from './history-span.ts';
import { type Column, renderList } from './output.ts';

interface Row {
  readonly [key: string]: string | number | null;
  readonly id: string;
  readonly name: string;
  readonly at: string;
  readonly seconds: number;
  readonly cpu: number | null;
  readonly memory: number | null;
  readonly diskRead: number | null;
  readonly diskWrite: number | null;
  readonly netRx: number | null;
  readonly netTx: number | null;
}

type Machine = Pick<Vm | Node, 'id' | 'name'>;

const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

const rowOf = ({ id, name }: Machine, stepMs: number, row: HistoryRow): Row => ({
  id,
  name,
  at: new Date(row.at).toISOString(),
  seconds: Math.round(stepMs / 1000),
  cpu: known(row.cpu),
  memory: known(Math.round(row.memory)),
  diskRead: known(row.diskRead),
  diskWrite: known(row.diskWrite),
  netRx: known(row.netRx),
  netTx: known(row.netTx),
});

const rate = (value: number | null): string => (value === null ? '-' : `${formatBytes(value)}/s`);

const COLUMNS = {
  name: { title: 'NAME', show: ({ name }) => name, shrinksTo: 12 },
  time: { title: 'TIME (UTC)', show: ({ at }) => at.slice(0, 16).replace('T', ' ') },
  cpu: { title: 'CPU', show: ({ cpu }) => (cpu === null ? '-' : formatRatio(cpu)) },
  memory: { title: 'MEMORY', show: ({ memory }) => (memory === null ? '-' : formatBytes(memory)) },
  read: { title: 'READ', show: ({ diskRead }) => rate(diskRead) },
  written: { title: 'WRITTEN', show: ({ diskWrite }) => rate(diskWrite) },
  received: { title: 'IN', show: ({ netRx }) => rate(netRx) },
  sent: { title: 'OUT', show: ({ netTx }) => rate(netTx) },
} as const satisfies Readonly<Record<string, Column<Row>>>;

const { name: NAME, ...OF_ONE } = COLUMNS;
const ofVms: readonly Column<Row>[] = Object.values(OF_ONE);
/** What goes to and from their disks and networks is known of VMs alone. */
const ofNodes: readonly Column<Row>[] = [COLUMNS.time, COLUMNS.cpu, COLUMNS.memory];

/** One machine after the other, in the order in which they were named, each with its oldest step first. */
async function print(
  machines: readonly Machine[],
  historyOf: (machine: Machine) => Promise<History | undefined>,
  columns: readonly Column<Row>[],
  span: HistorySpan,
  context: CommandContext,
): Promise<number> {
  const rows: Row[] = [];
  for (const machine of machines) {
    const history = await historyOf(machine);
    const within = history ? rowsWithin(history, span) : [];
    if (within.length === 0) context.say(`nothing was kept of ${machine.name} ${span.spelled}`);
    for (const row of within) rows.push(rowOf(machine, history?.stepMs ?? Number.NaN, row));
  }
  const listing = {
    rows,
    columns: machines.length > 1 ? [NAME, ...columns] : columns,
    name: ({ at }: Row) => at,
  };
  await context.printer.print(await renderList(listing, context.format, context.columns));
  return EXIT.done;
}

/** `drover vm history web1 --range week`: one row for each step of time, the oldest first. */
export const historyCommand: Command = {
  noun: 'vm',
  verb: 'history',
  help: historyAction.help,
  takes: 'NAME…',
  flags: () => SPAN_FLAGS,
  async run(context, { words, values }) {
    const { app, signal } = context;
    const span = spanOf(values, app.clock.now());
    const vms = await findVms(words, context);
    const reads = new Map(
      vms.map((vm) => {
        const read = permitted(historyAction, 'vm', vm.id, app).connection.vm.history;
        if (!read) throw new FleetError('op.unsupported', `${vm.name}: its platform has kept nothing`);
        return [vm as Machine, () => read(vm.id, span.range, signal)];
      }),
    );
    return print(vms, async (vm) => reads.get(vm)?.(), ofVms, span, context);
  },
};

/** `drover node history fra-01`: the same of nodes, as drover has measured them. */
export const nodeHistoryCommand: Command = {
  noun: 'node',
  verb: 'history',
  help: 'The load of a node in the past: as drover has measured it while it ran.',
  takes: 'NAME…',
  flags: () => SPAN_FLAGS,
  async run(context, { words, values }) {
    const { app, global, signal } = context;
    const span = spanOf(values, app.clock.now());
    const nodes = await findNodes(words, global.filter.trim() !== '', context);
    const kept = await app.nodeHistory(
      nodes.map(({ id }) => id),
      span.range,
      signal,
    );
    return print(nodes, async ({ id }) => kept.get(id as Node['id']), ofNodes, span, context);
  },
};
