/**
 * Single devices of a domain (https://libvirt.org/formatdomain.html#devices): read with all that libvirt says of them, so that
 * a change keeps what drover does not know, and written where they are new.
 */
import { child, childrenOf, type XmlElement } from '../../transport/xml.ts';
import { readDocument } from './document.ts';
import { type DiskXml, type NicXml, readDisk, readNic } from './domain-xml.ts';
import { element, withAttributes, withChild, without } from './write-element.ts';

export interface DiskDevice extends DiskXml {
  readonly element: XmlElement;
}
export interface NicDevice extends NicXml {
  readonly element: XmlElement;
}
export interface Devices {
  readonly disks: readonly DiskDevice[];
  readonly nics: readonly NicDevice[];
  /** `<devices>` itself. */
  readonly all: XmlElement;
}

/** Of the XML of a domain. Rejects with XmlError for what is no domain. */
export async function readDevices(xml: string): Promise<Devices> {
  const all = child(await readDocument(xml, 'domain'), 'devices') ?? element('devices');
  return {
    disks: childrenOf(all, 'disk').map((one) => ({ ...readDisk(one), element: one })),
    nics: childrenOf(all, 'interface').map((one) => ({ ...readNic(one), element: one })),
    all,
  };
}

/** What is in a disk or drive. */
export interface Medium {
  readonly path: string;
  /** Of the image: `qcow2`, `raw`. */
  readonly format: string;
  /** A device of the host instead of a file. */
  readonly isBlock: boolean;
}

const sourceOf = ({ path, isBlock }: Medium): XmlElement => element('source', isBlock ? { dev: path } : { file: path });
const typeOf = ({ isBlock }: Medium): string => (isBlock ? 'block' : 'file');

/** How a guest sees a new disk. */
export interface DiskPlace {
  /** `vdb`. */
  readonly target: string;
  /** `virtio`. */
  readonly bus: string;
  readonly shareable: boolean;
  readonly readOnly: boolean;
}

export const newDisk = (medium: Medium, { target, bus, shareable, readOnly }: DiskPlace): XmlElement =>
  element(
    'disk',
    { type: typeOf(medium), device: 'disk' },
    element('driver', { name: 'qemu', type: medium.format }),
    sourceOf(medium),
    element('target', { dev: target, bus }),
    ...(readOnly ? [element('readonly')] : []),
    ...(shareable ? [element('shareable')] : []),
  );

/** A drive with another medium in it, or without one. What stood there of the old medium's layers is of no use then. */
export function withMedium(drive: XmlElement, medium: Medium | undefined): XmlElement {
  const empty = withAttributes(without(drive, 'source', 'backingStore', 'mirror'), { type: 'file' });
  if (!medium) return empty;
  const driver = withAttributes(child(drive, 'driver') ?? element('driver', { name: 'qemu' }), { type: medium.format });
  const source = sourceOf(medium);
  return withAttributes(withChild(withChild(empty, driver), source), { type: typeOf(medium) });
}

/** Where a NIC is plugged in: a network of libvirt, or a bridge of the host, by name. */
export interface Plug {
  readonly type: 'network' | 'bridge';
  readonly name: string;
}

export const newNic = (plug: Plug, model: string, mac: string): XmlElement =>
  element(
    'interface',
    { type: plug.type },
    element('mac', { address: mac }),
    element('source', { [plug.type]: plug.name }),
    element('model', { type: model }),
  );

/** What its old source said of ports and groups belongs to the old network. */
export const withPlug = (nic: XmlElement, { type, name }: Plug): XmlElement =>
  withAttributes(withChild(nic, element('source', { [type]: name })), { type });
