import type { Row } from '../../state/query/tree.ts';

const TABS = {
  vm: ['Overview', 'Disks', 'Networks', 'Snapshots', 'Events', 'Console', 'Display', 'Charts'],
  node: ['Overview', 'VMs', 'Events', 'Charts', 'Hardware'],
  pool: ['Overview', 'VMs', 'Charts'],
  endpoint: ['Overview', 'Events'],
  library: ['Overview'],
  group: ['Overview'],
  template: ['Overview', 'VMs'],
} as const satisfies Record<Row['kind'], readonly string[]>;

/** What is drawn is wide: where there is no room for it, the title has the name of what is shown whole. Keys lead there all the same. */
const DRAWN: readonly string[] = ['Display', 'Charts'];
const DRAWN_FROM = 100;

export type TabName = (typeof TABS)[Row['kind']][number];

/** The tabs of the details. Each kind of row has its own and remembers its last one, so that one can compare VM with VM. */
export interface Tabs {
  namesOf(kind: Row['kind']): readonly TabName[];
  current(kind: Row['kind']): TabName;
  /** Those that a title of so many columns has room for, the current one among them. */
  shown(kind: Row['kind'], columns: number): readonly TabName[];
  turn(kind: Row['kind'], by: number): void;
  /** False when this kind has no tab of this name. */
  turnTo(kind: Row['kind'], name: string): boolean;
}

export function createTabs(): Tabs {
  const turnedTo: Record<Row['kind'], number> = {
    vm: 0,
    node: 0,
    pool: 0,
    endpoint: 0,
    library: 0,
    group: 0,
    template: 0,
  };
  const current = (kind: Row['kind']): TabName => TABS[kind][turnedTo[kind]] ?? 'Overview';
  return {
    namesOf: (kind) => TABS[kind],
    current,
    shown: (kind, columns) =>
      TABS[kind].filter((name) => !DRAWN.includes(name) || columns >= DRAWN_FROM || name === current(kind)),
    turn(kind, by) {
      const { length } = TABS[kind];
      turnedTo[kind] = (turnedTo[kind] + by + length) % length;
    },
    turnTo(kind, name) {
      const names: readonly string[] = TABS[kind];
      const at = names.indexOf(name);
      if (at >= 0) turnedTo[kind] = at;
      return at >= 0;
    },
  };
}
