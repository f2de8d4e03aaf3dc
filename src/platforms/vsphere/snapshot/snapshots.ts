/** The snapshots of a VM: VirtualMachineSnapshotInfo, and VirtualMachineFileLayoutEx for what their files hold. */
import { type SnapshotId, snapshotId, type VmId } from '../../../ids.ts';
import type { Snapshot } from '../../contract.ts';
import { childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';

const TREE = 'snapshot';
const LAYOUT = 'layoutEx.snapshot';
/** What `readSnapshots` reads of a VM. */
export const SNAPSHOT_PATHS: readonly string[] = [TREE, LAYOUT];

/** Parents before their children, older before newer ones. */
export function readSnapshots(vm: VmId, values: ReadonlyMap<string, XmlElement>): readonly Snapshot[] {
  const info = values.get(TREE);
  const current = textAt(info, 'currentSnapshot');
  const hasMemory = memoryIn(values.get(LAYOUT));
  const walk = (trees: readonly XmlElement[], parent: SnapshotId | undefined): readonly Snapshot[] =>
    trees.flatMap((tree) => {
      const reference = textAt(tree, 'snapshot') ?? '';
      const id = snapshotId(vm, reference);
      const made = Date.parse(textAt(tree, 'createTime') ?? '');
      const one: Snapshot = {
        id,
        name: textAt(tree, 'name') ?? '',
        parent,
        created: Number.isNaN(made) ? undefined : made,
        current: reference !== '' && reference === current,
        // one that was taken off has none; of the others the tree does not say whether the memory was asked for
        memory: textAt(tree, 'state') === 'poweredOff' ? false : hasMemory.get(reference),
        external: true,
        description: textAt(tree, 'description') || undefined,
      };
      return [one, ...walk(childrenOf(tree, 'childSnapshotList'), id)];
    });
  return byAge(walk(childrenOf(info, 'rootSnapshotList'), undefined));
}

/** `memoryKey` is the key of the file with the memory, -1 for none; hosts before 6.0 don't say. */
function memoryIn(layout: XmlElement | undefined): ReadonlyMap<string, boolean> {
  const kept = new Map<string, boolean>();
  for (const one of childrenOf(layout, 'VirtualMachineFileLayoutExSnapshotLayout')) {
    const key = Number.parseInt(textAt(one, 'memoryKey') ?? '', 10);
    if (!Number.isNaN(key)) kept.set(textAt(one, 'key') ?? '', key >= 0);
  }
  return kept;
}

/** Of those whose parent stands already the oldest comes next: a clock that was wrong puts no child before its parent. */
function byAge(all: readonly Snapshot[]): readonly Snapshot[] {
  const latest = new Map<SnapshotId, number>();
  const ageOf = ({ id, parent, created = 0 }: Snapshot): number => {
    const age = Math.max(created, parent === undefined ? 0 : (latest.get(parent) ?? 0));
    latest.set(id, age);
    return age;
  };
  // the tree has parents first, and sorting keeps the order of equals
  return all
    .map((one) => ({ one, age: ageOf(one) }))
    .toSorted((a, b) => a.age - b.age)
    .map(({ one }) => one);
}
