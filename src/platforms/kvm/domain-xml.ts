/** What drover reads of a domain's XML (https://libvirt.org/formatdomain.html). It never writes any: changes are calls. */
import { XMLParser } from 'fast-xml-parser';
import { type Bytes, bytes } from '../../units.ts';

export interface DomainXml {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly memory: Bytes;
  readonly maxMemory: Bytes;
  readonly cpus: number;
  readonly maxCpus: number;
  readonly type: string;
  readonly machine: string | undefined;
  readonly arch: string | undefined;
  readonly firmware: string;
  readonly nvram: string | undefined;
  readonly emulator: string | undefined;
  readonly cpuMode: string | undefined;
  readonly disks: readonly DiskXml[];
  readonly nics: readonly NicXml[];
  /** `vnc 127.0.0.1:5900` */
  readonly graphics: readonly string[];
  readonly hasSerial: boolean;
  readonly hasAgent: boolean;
}

export interface DiskXml {
  /** `vda`. */
  readonly target: string;
  readonly bus: string;
  /** `disk`, `cdrom`, `floppy`, `lun`. */
  readonly device: string;
  /** Of the image: `qcow2`, `raw`. */
  readonly format: string;
  /** File or block device; undefined for an empty drive and for what is reached by network. */
  readonly path: string | undefined;
  /** Named by its storage pool instead of its path. */
  readonly volume: { readonly pool: string; readonly name: string } | undefined;
  /** `pool/volume` or `protocol:name` where there is no path. */
  readonly elsewhere: string | undefined;
  /** What it is layered on stands there, down to the last layer: always while it runs. */
  readonly showsLayers: boolean;
  readonly readOnly: boolean;
  readonly shareable: boolean;
}

export interface NicXml {
  readonly mac: string;
  readonly type: string;
  /** Network, bridge or device that it hangs on. */
  readonly source: string;
  readonly model: string | undefined;
}

type Node = string | { readonly [name: string]: Node | readonly Node[] | undefined } | undefined;

/** Elements that may come several times: always lists, whatever their number. */
const LISTS = new Set(['disk', 'interface', 'graphics', 'serial', 'console', 'channel']);

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  trimValues: false,
  isArray: (name) => LISTS.has(name),
});

/** Throws for what is no domain. */
export function readDomainXml(xml: string): DomainXml {
  const domain = child(parser.parse(xml) as Node, 'domain');
  if (typeof domain !== 'object') throw new SyntaxError('not a domain');
  const devices = child(domain, 'devices');
  const os = child(domain, 'os');
  const vcpu = child(domain, 'vcpu');
  const maxMemory = size(child(domain, 'memory'));
  const maxCpus = Number(text(vcpu) ?? 1);
  const current = child(domain, 'currentMemory');
  return {
    title: text(child(domain, 'title')),
    description: text(child(domain, 'description')),
    maxMemory,
    memory: current === undefined ? maxMemory : size(current),
    maxCpus,
    cpus: Number(attribute(vcpu, 'current') ?? maxCpus),
    type: attribute(domain, 'type') ?? '',
    machine: attribute(child(os, 'type'), 'machine'),
    arch: attribute(child(os, 'type'), 'arch'),
    firmware: child(os, 'loader') !== undefined || attribute(os, 'firmware') === 'efi' ? 'UEFI' : 'BIOS',
    nvram: text(child(os, 'nvram')),
    emulator: text(child(devices, 'emulator')),
    cpuMode: attribute(child(domain, 'cpu'), 'mode'),
    disks: children(devices, 'disk').map(readDisk),
    nics: children(devices, 'interface').map(readNic),
    graphics: children(devices, 'graphics').map(readGraphics),
    hasSerial: children(devices, 'serial').length + children(devices, 'console').length > 0,
    hasAgent: children(devices, 'channel').some(
      (channel) => attribute(child(channel, 'target'), 'name') === 'org.qemu.guest_agent.0',
    ),
  };
}

const DISK = /<disk\s[\s\S]*?<\/disk>/g;

/** The disks alone, for whoever goes through the documents of a whole host. */
const readDisks = (xml: string): readonly DiskXml[] =>
  Array.from(xml.matchAll(DISK), ([disk]) => children(parser.parse(disk) as Node, 'disk').map(readDisk)).flat();

const BARE_DISK = /<disk\s[^<>]*\/>/g;

/** The disks of any document that holds domains: a snapshot's own list also has disks without a content. */
export const readAllDisks = (xml: string): readonly DiskXml[] => readDisks(xml.replaceAll(BARE_DISK, ''));

function readDisk(disk: Node): DiskXml {
  const source = child(disk, 'source');
  const pool = attribute(source, 'pool');
  const protocol = attribute(source, 'protocol');
  return {
    target: attribute(child(disk, 'target'), 'dev') ?? '',
    bus: attribute(child(disk, 'target'), 'bus') ?? '',
    device: attribute(disk, 'device') ?? 'disk',
    format: attribute(child(disk, 'driver'), 'type') ?? '',
    path: attribute(source, 'file') ?? attribute(source, 'dev'),
    volume: pool === undefined ? undefined : { pool, name: attribute(source, 'volume') ?? '' },
    elsewhere:
      pool !== undefined
        ? `${pool}/${attribute(source, 'volume') ?? ''}`
        : protocol !== undefined
          ? `${protocol}:${attribute(source, 'name') ?? ''}`
          : undefined,
    showsLayers: child(disk, 'backingStore') !== undefined,
    readOnly: child(disk, 'readonly') !== undefined,
    shareable: child(disk, 'shareable') !== undefined,
  };
}

function readNic(nic: Node): NicXml {
  const source = child(nic, 'source');
  return {
    mac: attribute(child(nic, 'mac'), 'address') ?? '',
    type: attribute(nic, 'type') ?? '',
    source: attribute(source, 'network') ?? attribute(source, 'bridge') ?? attribute(source, 'dev') ?? '',
    model: attribute(child(nic, 'model'), 'type'),
  };
}

function readGraphics(graphics: Node): string {
  const port = attribute(graphics, 'port');
  const where = port === undefined || port === '-1' ? '' : ` ${attribute(graphics, 'listen') ?? ''}:${port}`;
  return `${attribute(graphics, 'type') ?? ''}${where}`;
}

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  bytes: 1,
  k: 1024,
  kib: 1024,
  m: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gib: 1024 ** 3,
};

/** libvirt prints KiB, and reads more. */
const size = (node: Node): Bytes =>
  bytes(Number(text(node) ?? 0) * (UNITS[(attribute(node, 'unit') ?? 'KiB').toLowerCase()] ?? 1024));

const child = (node: Node, name: string): Node => {
  const value = typeof node === 'object' ? node[name] : undefined;
  return Array.isArray(value) ? value[0] : (value as Node);
};

const children = (node: Node, name: string): readonly Node[] => {
  const value = typeof node === 'object' ? node[name] : undefined;
  return Array.isArray(value) ? value : [];
};

const attribute = (node: Node, name: string): string | undefined => {
  const value = typeof node === 'object' ? node[`@${name}`] : undefined;
  return typeof value === 'string' ? value : undefined;
};

/** Text of an element, with or without attributes. */
const text = (node: Node): string | undefined => {
  if (typeof node === 'string') return node === '' ? undefined : node;
  const value = typeof node === 'object' ? node['#text'] : undefined;
  return typeof value === 'string' ? value : undefined;
};
