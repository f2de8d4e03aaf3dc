/** What drover reads of a snapshot's XML (https://libvirt.org/formatsnapshot.html). */
import { XMLParser } from 'fast-xml-parser';
import type { Snapshot } from '../contract.ts';

interface Document {
  readonly domainsnapshot?: {
    readonly name?: unknown;
    readonly description?: unknown;
    readonly state?: unknown;
    readonly creationTime?: unknown;
    readonly parent?: { readonly name?: unknown };
    readonly memory?: { readonly '@snapshot'?: unknown } | string;
    readonly disks?: { readonly disk?: readonly { readonly '@snapshot'?: unknown }[] } | string;
  };
}

/** The definition of the whole domain stands in it, as it was then: nothing of that is read here. */
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  isArray: (name) => name === 'disk',
  stopNodes: ['domainsnapshot.domain', 'domainsnapshot.inactiveDomain'],
});

/** Throws SyntaxError for what is no snapshot. */
export function readSnapshotXml(xml: string): Omit<Snapshot, 'current'> {
  const root = (parser.parse(xml) as Document).domainsnapshot;
  const name = textOf(root?.name);
  if (root === undefined || name === undefined) throw new SyntaxError('not a snapshot');
  const seconds = Number(textOf(root.creationTime) ?? Number.NaN);
  const memory = typeof root.memory === 'object' ? root.memory['@snapshot'] : undefined;
  const disks = typeof root.disks === 'object' ? (root.disks.disk ?? []) : [];
  return {
    id: name,
    name,
    parent: textOf(root.parent?.name),
    created: Number.isFinite(seconds) ? seconds * 1000 : undefined,
    // Before libvirt 1.0.1 the state alone said it: one that ran was saved with its memory.
    memory: memory === undefined ? root.state === 'running' || root.state === 'paused' : memory !== 'no',
    external: memory === 'external' || disks.some((disk) => disk['@snapshot'] === 'external'),
    description: textOf(root.description),
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
