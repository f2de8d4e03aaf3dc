/** What drover reads of a snapshot's XML (https://libvirt.org/formatsnapshot.html). */
import type { Snapshot } from '../../contract.ts';
import { attribute, child, childrenOf, textAt, XmlError } from '../../transport/xml.ts';
import { readDocument } from './document.ts';

/** Rejects with XmlError for what is no snapshot. */
export async function readSnapshotXml(xml: string): Promise<Omit<Snapshot, 'current'>> {
  const root = await readDocument(xml, 'domainsnapshot');
  const name = textAt(root, 'name');
  if (!name) throw new XmlError('a snapshot without a name');
  const seconds = Number(textAt(root, 'creationTime') || Number.NaN);
  const state = textAt(root, 'state');
  const memory = attribute(child(root, 'memory'), 'snapshot');
  const disks = childrenOf(child(root, 'disks'), 'disk');
  return {
    id: name,
    name,
    parent: textAt(root, 'parent', 'name') || undefined,
    created: Number.isFinite(seconds) ? seconds * 1000 : undefined,
    // Before libvirt 1.0.1 the state alone said it: one that ran was saved with its memory.
    memory: memory === undefined ? state === 'running' || state === 'paused' : memory !== 'no',
    external: memory === 'external' || disks.some((disk) => attribute(disk, 'snapshot') === 'external'),
    description: textAt(root, 'description') || undefined,
  };
}
