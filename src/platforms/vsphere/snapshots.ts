import type { Snapshot } from '../contract.ts';
import { childrenOf, textAt, type XmlElement } from '../transport/xml.ts';

/** Of the value of `snapshot` (VirtualMachineSnapshotInfo): parents before their children. */
export function readSnapshots(info: XmlElement | undefined): readonly Snapshot[] {
  const current = textAt(info, 'currentSnapshot');
  const walk = (trees: readonly XmlElement[], parent: string | undefined): readonly Snapshot[] =>
    trees.flatMap((tree) => {
      const id = textAt(tree, 'snapshot') ?? '';
      const made = Date.parse(textAt(tree, 'createTime') ?? '');
      const one: Snapshot = {
        id,
        name: textAt(tree, 'name') ?? '',
        parent,
        created: Number.isNaN(made) ? undefined : made,
        current: id === current,
        // Of one that was taken while the VM ran the tree does not say whether the memory was asked for.
        memory: textAt(tree, 'state') === 'poweredOff' ? false : undefined,
        external: true,
        description: textAt(tree, 'description') || undefined,
      };
      return [one, ...walk(childrenOf(tree, 'childSnapshotList'), id)];
    });
  return walk(childrenOf(info, 'rootSnapshotList'), undefined);
}
