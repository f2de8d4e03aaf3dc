import type { Row } from '../../state/query/tree.ts';

const TABS = {
  vm: ['Overview', 'Disks', 'Networks', 'Snapshots', 'Events', 'Console'],
  node: ['Overview', 'VMs', 'Events'],
  pool: ['Overview'],
  endpoint: ['Overview', 'Events'],
} as const satisfies Record<Row['kind'], readonly string[]>;

export type TabName = (typeof TABS)[Row['kind']][number];

/** The tabs of the details. Each kind of row has its own and remembers its last one, so that one can compare VM with VM. */
export interface Tabs {
  namesOf(kind: Row['kind']): readonly TabName[];
  current(kind: Row['kind']): TabName;
  turn(kind: Row['kind'], by: number): void;
  /** False when this kind has no tab of this name. */
  turnTo(kind: Row['kind'], name: string): boolean;
}

export function createTabs(): Tabs {
  const turnedTo: Record<Row['kind'], number> = { vm: 0, node: 0, pool: 0, endpoint: 0 };
  return {
    namesOf: (kind) => TABS[kind],
    current: (kind) => TABS[kind][turnedTo[kind]] ?? 'Overview',
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
