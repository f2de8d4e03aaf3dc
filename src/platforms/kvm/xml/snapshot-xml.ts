/** What drover reads of a snapshot's XML (https://libvirt.org/formatsnapshot.html). */
import { snapshotId, type VmId } from '../../../ids.ts';
import type { Snapshot } from '../../contract.ts';
import { attribute, child, childrenOf, textAt, type XmlElement, XmlError } from '../../transport/xml.ts';
import { readDocument } from './document.ts';
import { disksOf } from './domain-xml.ts';

export interface SnapshotXml {
  readonly snapshot: Omit<Snapshot, 'current' | 'disabled'>;
  /** The images that the guest wrote to until it was taken: an internal one is inside of these. */
  readonly images: readonly string[];
  /** Of an external one: the files that the guest has written to since. */
  readonly layers: readonly string[];
  readonly memoryFile: string | undefined;
}

/** Rejects with XmlError for what is no snapshot. */
export async function readSnapshotXml(vm: VmId, xml: string): Promise<SnapshotXml> {
  const root = await readDocument(xml, 'domainsnapshot');
  const name = textAt(root, 'name');
  if (!name) throw new XmlError('a snapshot without a name');
  const seconds = Number(textAt(root, 'creationTime') || Number.NaN);
  const parent = textAt(root, 'parent', 'name');
  const state = textAt(root, 'state');
  const memory = child(root, 'memory');
  const kept = attribute(memory, 'snapshot');
  const disks = childrenOf(child(root, 'disks'), 'disk');
  const external = disks.filter((disk) => attribute(disk, 'snapshot') === 'external');
  return {
    snapshot: {
      id: snapshotId(vm, name),
      name,
      parent: parent ? snapshotId(vm, parent) : undefined,
      ...(Number.isFinite(seconds) ? { created: seconds * 1000, identity: String(seconds) } : { created: undefined }),
      // Before libvirt 1.0.1 the state alone said it: one that ran was saved with its memory.
      memory: kept === undefined ? state === 'running' || state === 'paused' : kept !== 'no',
      external: kept === 'external' || external.length > 0,
      description: textAt(root, 'description') || undefined,
    },
    images: imagesOf(root, disks),
    layers: external.flatMap((disk) => attribute(child(disk, 'source'), 'file') ?? []),
    memoryFile: attribute(memory, 'file'),
  };
}

/** A disk goes by its target or by its path. */
function imagesOf(root: XmlElement, disks: readonly XmlElement[]): readonly string[] {
  const left = disks.filter((disk) => attribute(disk, 'snapshot') === 'no').map((disk) => attribute(disk, 'name'));
  return disksOf(child(root, 'domain')).flatMap(({ target, path, readOnly }) =>
    path === undefined || readOnly || left.includes(target) || left.includes(path) ? [] : [path],
  );
}
