/** What drover reads of a snapshot's XML (https://libvirt.org/formatsnapshot.html). */
import { snapshotId, type VmId } from '../../../ids.ts';
import type { Snapshot } from '../../contract.ts';
import { attribute, child, childrenOf, textAt, XmlError } from '../../transport/xml.ts';
import { readDocument } from './document.ts';

/** Rejects with XmlError for what is no snapshot. */
export async function readSnapshotXml(vm: VmId, xml: string): Promise<Omit<Snapshot, 'current'>> {
  const root = await readDocument(xml, 'domainsnapshot');
  const name = textAt(root, 'name');
  if (!name) throw new XmlError('a snapshot without a name');
  const seconds = Number(textAt(root, 'creationTime') || Number.NaN);
  const parent = textAt(root, 'parent', 'name');
  const state = textAt(root, 'state');
  const memory = attribute(child(root, 'memory'), 'snapshot');
  const disks = childrenOf(child(root, 'disks'), 'disk');
  return {
    id: snapshotId(vm, name),
    name,
    parent: parent ? snapshotId(vm, parent) : undefined,
    ...(Number.isFinite(seconds) ? { created: seconds * 1000, identity: String(seconds) } : { created: undefined }),
    // Before libvirt 1.0.1 the state alone said it: one that ran was saved with its memory.
    memory: memory === undefined ? state === 'running' || state === 'paused' : memory !== 'no',
    external: memory === 'external' || disks.some((disk) => attribute(disk, 'snapshot') === 'external'),
    description: textAt(root, 'description') || undefined,
  };
}
