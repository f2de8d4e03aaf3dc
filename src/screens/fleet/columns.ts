import type { Sort } from '../../state/query/sort.ts';
import { type VmColumn, vmColumn, vmColumns } from '../../state/query/vm-columns.ts';
import type { Look } from '../frame/look.ts';
import { type Cell, cellOf, type RowFacts } from './cells.ts';

/** A column as it is drawn. */
export interface Column {
  readonly id: string;
  readonly title: string;
  readonly width: number;
  readonly right: boolean;
  /** Exactly `width` columns, painted. */
  readonly cell: (facts: RowFacts, look: Look) => string;
}

/** VMs below their nodes, VMs in one list, nodes in one list. */
export type Arrangement = 'tree' | 'flat' | 'nodes';

/** What the user has chosen; what is not chosen is decided by the room there is. */
export interface ColumnChoice {
  /** Where all VMs are in one list, only a column says which node a VM is on. */
  readonly arrangement: Arrangement;
  /** Ids in their order, without the name, which is always there. */
  readonly ids: readonly string[] | undefined;
  readonly widths: ReadonlyMap<string, number>;
  readonly sort: Sort | undefined;
}

/** Widths that most values fit into; the others are cut, until the column is widened. */
const WIDTHS: Readonly<Record<string, number>> = {
  state: 11,
  cpu: 10,
  hostcpu: 8,
  trend: 11,
  mem: 8,
  memory: 6,
  uptime: 7,
  cpus: 5,
  disk: 7,
  read: 7,
  write: 7,
  net: 7,
  rx: 7,
  tx: 7,
  ip: 15,
  node: 12,
  pool: 12,
  endpoint: 12,
  platform: 10,
  version: 18,
  image: 18,
  os: 18,
  flavor: 12,
  owner: 12,
  storage: 7,
  shared: 7,
  local: 7,
  disks: 5,
  nics: 4,
  plan: 12,
  profile: 12,
  autostart: 9,
  pending: 24,
  tag: 20,
  trouble: 30,
};
export const NARROWEST = 3;
export const WIDEST = 60;

export const widthOf = (id: string, widths: ReadonlyMap<string, number>): number => widths.get(id) ?? WIDTHS[id] ?? 12;

/** In the order in which they get room: at 120 columns there is some for the graph, which is what shows a change. */
const WANTED = {
  tree: ['state', 'cpu', 'mem', 'ip', 'memory', 'trend', 'disk', 'net', 'cpus', 'uptime', 'tag'],
  flat: ['state', 'cpu', 'mem', 'node', 'ip', 'memory', 'trend', 'disk', 'net', 'cpus', 'uptime', 'tag'],
  nodes: ['state', 'cpu', 'mem', 'memory', 'version', 'trend', 'cpus', 'pool', 'ip'],
} as const;
const SHOWN = {
  tree: ['state', 'cpus', 'cpu', 'trend', 'mem', 'memory', 'disk', 'net', 'uptime', 'ip', 'tag'],
  flat: ['state', 'cpus', 'cpu', 'trend', 'mem', 'memory', 'disk', 'net', 'uptime', 'node', 'ip', 'tag'],
  nodes: ['state', 'cpus', 'cpu', 'trend', 'mem', 'memory', 'pool', 'version', 'ip'],
} as const;

const NAME_AT_LEAST = 18;
/** The tree needs some of it for its branches. */
const NAME_IS_ENOUGH = { tree: 25, flat: 22, nodes: 22 } as const;

export interface Columns {
  readonly name: number;
  readonly others: readonly Column[];
}

/** The columns that are wanted here, whether or not there is room for all; what is sorted by is seen, too. */
export function wantedColumns({ arrangement, ids, sort }: ColumnChoice): readonly string[] {
  const wanted = ids ?? SHOWN[arrangement];
  const by = sort?.by.id;
  return by === undefined || by === 'name' || wanted.includes(by) ? wanted : [...wanted, by];
}

/** The columns that a tree of this width has room for; the name gets what is left. The least important give way. */
export function columnsFor(width: number, choice: ColumnChoice): Columns {
  const { arrangement: place } = choice;
  const wanted = wantedColumns(choice);
  const important: readonly string[] = WANTED[place];
  const rank = (id: string) =>
    id === choice.sort?.by.id ? -1 : important.includes(id) ? important.indexOf(id) : important.length;
  const fits = new Set<string>();
  let left = width;
  for (const id of wanted.toSorted((a, b) => rank(a) - rank(b))) {
    const columns = widthOf(id, choice.widths) + 1;
    const name = choice.ids || fits.size < 3 ? NAME_AT_LEAST : NAME_IS_ENOUGH[place];
    if (left - columns < name) {
      // Of chosen columns as many as fit; without a choice the first that doesn't fit ends it.
      if (choice.ids) continue;
      break;
    }
    left -= columns;
    fits.add(id);
  }
  return { name: left, others: wanted.flatMap((id) => (fits.has(id) ? drawn(id, choice) : [])) };
}

/** The id of the column that is drawn there, counted from the left edge of the tree. */
export function columnAt({ name, others }: Columns, at: number): string {
  let end = name;
  if (at < end) return 'name';
  for (const { id, width } of others) {
    end += width + 1;
    if (at < end) return id;
  }
  return 'name';
}

const cells = new Map<string, Cell>();

function drawn(id: string, { widths, arrangement, ids }: ColumnChoice): readonly Column[] {
  const column = vmColumn(id);
  if (!column) return [];
  const withBranches = arrangement === 'nodes' || ids !== undefined;
  const key = `${withBranches} ${id}`;
  const cell = cells.get(key) ?? cellOf(column, withBranches);
  cells.set(key, cell);
  const width = widthOf(id, widths);
  return [
    {
      id,
      title: column.title,
      width,
      right: column.align === 'right',
      cell: (facts, look) => cell(facts, look, width),
    },
  ];
}

/** Every column that can stand beside the name. */
export const offeredColumns: readonly VmColumn[] = vmColumns.filter(({ id }) => id !== 'name');
