import type { Snapshot } from '../../contract.ts';

interface Rank {
  /** The time of creation, or that of the youngest ancestor when a clock was set back in between. */
  readonly time: number;
  readonly depth: number;
}
const ROOT: Rank = { time: 0, depth: 0 };

/**
 * Parents before their children, else older before newer ones, else by name: libvirt lists them in no order, and knows
 * times by the second. A parent that is not listed is none; nor is one that descends from its own child.
 */
export function inOrder(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  const byId = new Map(snapshots.map((one) => [one.id, one]));
  const ranks = new Map<Snapshot, Rank>();
  for (const snapshot of snapshots) {
    // Down from the first ancestor whose rank is known; a chain may be longer than the stack is deep.
    const way = new Set<Snapshot>();
    let at: Snapshot | undefined = snapshot;
    while (at && !ranks.has(at) && !way.has(at)) {
      way.add(at);
      at = at.parent === undefined ? undefined : byId.get(at.parent);
    }
    let above = (at && ranks.get(at)) ?? ROOT;
    for (const one of [...way].reverse()) {
      above = { time: Math.max(above.time, one.created ?? 0), depth: above.depth + 1 };
      ranks.set(one, above);
    }
  }
  const rankOf = (one: Snapshot): Rank => ranks.get(one) ?? ROOT;
  return [...snapshots].sort((a, b) => {
    const [left, right] = [rankOf(a), rankOf(b)];
    return left.time - right.time || left.depth - right.depth || (a.name < b.name ? -1 : 1);
  });
}
