/** What a node has: its devices, bridges and mounts, each kind as a table. */
import type { NodeInfo } from '../../platforms/contract.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import { formatBytes } from '../../units.ts';
import type { Look } from '../frame/look.ts';

interface PlainTable {
  readonly name: string;
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[] | undefined;
}

export const nodeTables = (info: NodeInfo, columns: number, look: Look): readonly string[] =>
  tablesOf(info).flatMap((table) => tableLines(table, columns, look));

const tablesOf = ({ devices, bridges, mounts }: NodeInfo): readonly PlainTable[] => [
  {
    name: 'Bridges',
    titles: ['NAME', 'STATE', 'ADDRESSES', 'PORTS'],
    rows: bridges?.map(({ name, active, addresses, ports }) => [
      name,
      active === undefined ? '-' : active ? 'up' : 'down',
      addresses.join(' ') || '-',
      ports.join(' ') || '-',
    ]),
  },
  {
    name: 'Mounts',
    titles: ['PATH', 'DEVICE', 'TYPE', 'SIZE', 'FREE'],
    rows: mounts?.map(({ path, device, type, size, free }) => [
      path,
      device,
      type ?? '-',
      formatBytes(size),
      formatBytes(free),
    ]),
  },
  {
    name: 'Devices',
    titles: ['NAME', 'TYPE', 'DRIVER', 'DESCRIPTION'],
    rows: devices?.map(({ name, type, driver, description }) => [name, type, driver ?? '-', description || '-']),
  },
];

const GAP = 2;
const WIDEST = 40;

/** Columns are as wide as their values; the last one has what is left. */
function tableLines({ name, titles, rows }: PlainTable, columns: number, { theme }: Look): readonly string[] {
  const head = theme.paint('header', fit(rows ? `${name} (${rows.length})` : name, columns));
  if (rows === undefined) return [head, theme.paint('dim', 'Not known on this platform, or by this login.')];
  if (rows.length === 0) return [head, theme.paint('dim', 'None.')];
  const texts = rows.map((row) => row.map(clean));
  const widths = titles.map((title, at) =>
    Math.min(WIDEST, Math.max(width(title), ...texts.map((row) => width(row[at] ?? '')))),
  );
  const line = (cells: readonly string[]) =>
    fit(
      cells.map((cell, at) => (at === cells.length - 1 ? cell : fit(cell, widths[at] ?? 0))).join(' '.repeat(GAP)),
      columns,
    );
  return [head, theme.paint('dim', line(titles)), ...texts.map(line)];
}
