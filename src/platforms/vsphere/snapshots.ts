import { type SnapshotId, snapshotId, type VmId } from '../../ids.ts';
import type { Snapshot } from '../contract.ts';
import { childrenOf, textAt, type XmlElement } from '../transport/xml.ts';

/** Of the value of `snapshot` (VirtualMachineSnapshotInfo): parents before their children. */
export function readSnapshots(vm: VmId, info: XmlElement | undefined): readonly Snapshot[] {
  const current = textAt(info, 'currentSnapshot');
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
        current: reference === current,
        // Of one that was taken while the VM ran the tree does not say whether the memory was asked for.
        memory: textAt(tree, 'state') === 'poweredOff' ? false : undefined,
        external: true,
        description: textAt(tree, 'description') || undefined,
      };
      return [one, ...walk(childrenOf(tree, 'childSnapshotList'), id)];
    });
  return walk(childrenOf(info, 'rootSnapshotList'), undefined);
}
