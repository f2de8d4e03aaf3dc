import { permitted } from '../actions/permitted.ts';
import { historyAction } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import { HISTORY_RANGES, type HistoryRow, type Vm } from '../platforms/contract.ts';
import { formatBytes, formatRatio } from '../units.ts';
import { type Command, EXIT } from './command.ts';
import { findVms } from './find.ts';
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

const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

const rowOf = ({ id, name }: Vm, stepMs: number, row: HistoryRow): Row => ({
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

const COLUMNS: readonly Column<Row>[] = [
  { title: 'TIME (UTC)', show: ({ at }) => at.slice(0, 16).replace('T', ' ') },
  { title: 'CPU', show: ({ cpu }) => (cpu === null ? '-' : formatRatio(cpu)) },
  { title: 'MEMORY', show: ({ memory }) => (memory === null ? '-' : formatBytes(memory)) },
  { title: 'READ', show: ({ diskRead }) => rate(diskRead) },
  { title: 'WRITTEN', show: ({ diskWrite }) => rate(diskWrite) },
  { title: 'IN', show: ({ netRx }) => rate(netRx) },
  { title: 'OUT', show: ({ netTx }) => rate(netTx) },
];

/** `drover vm history web1 --range week`: one row for each step of time, the oldest first. */
export const historyCommand: Command = {
  noun: 'vm',
  verb: 'history',
  help: historyAction.help,
  takes: 'NAME',
  flags: () => [
    {
      key: 'range',
      label: 'Range',
      help: 'How far back; the further, the longer are its steps.',
      kind: 'choice',
      options: HISTORY_RANGES,
      default: 'hour',
    },
  ],
  async run(context, { words, values }) {
    const [vm] = words.length === 1 ? await findVms(words, context) : [];
    if (!vm) throw new FleetError('usage', 'which VM? Name one');
    const read = permitted(historyAction, 'vm', vm.id, context.app).connection.vm.history;
    if (!read) throw new FleetError('op.unsupported', `${vm.name}: its platform has kept nothing`);
    const range = HISTORY_RANGES.find((one) => one === values['range']) ?? 'hour';
    const { stepMs, rows } = await read(vm.id, range, context.signal);
    if (rows.length === 0) context.say(`nothing was kept of ${vm.name} in the last ${range}`);
    const listing = { rows: rows.map((row) => rowOf(vm, stepMs, row)), columns: COLUMNS, name: ({ at }: Row) => at };
    await context.printer.print(await renderList(listing, context.format, context.columns));
    return EXIT.done;
  },
};
