import type { Snapshot } from '../contract.ts';
import { childrenOf, textAt, type XmlElement } from '../transport/xml.ts';

/** Of the value of `snapshot` (VirtualMachineSnapshotInfo): parents before their children. */
export function readSnapshots(info: XmlElement | undefined): readonly Snapshot[] {
  const current = textAt(info, 'currentSnapshot');
  const walk = (trees: readonly XmlElement[]): readonly Snapshot[] =>
    trees.flatMap((tree) => [
      { snapshot: textAt(tree, 'name') ?? '', current: textAt(tree, 'snapshot') === current },
      ...walk(childrenOf(tree, 'childSnapshotList')),
    ]);
  return walk(childrenOf(info, 'rootSnapshotList'));
}
