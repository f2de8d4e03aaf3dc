/** What drover reads of a domain's XML (https://libvirt.org/formatdomain.html). It writes single devices (device-xml.ts), and clones (edit-xml.ts). */
import { type Bytes, bytes } from '../../../units.ts';
import { attribute, child, childrenOf, type XmlElement, XmlError } from '../../transport/xml.ts';
import { bootLines } from '../boot/boot-lines.ts';
import { readDocument } from './document.ts';
import { guestOsOf } from './guest-os.ts';
import { type HardwareLine, hardwareLines } from './hardware-lines.ts';
import { KCLI_NAMESPACE } from './metadata.ts';

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
  /** An id of libosinfo; '' where nothing is written down. */
  readonly guestOs: string;
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
  /** libvirt knows that no agent has opened its channel. */
  readonly agentIsAway: boolean;
  /** Files that it reads from its firmware (fw_cfg). */
  readonly configs: readonly string[];
  /** Made by kcli or drover, which both write down when that was; other metadata may have been added later. */
  readonly isKcli: boolean;
  readonly hardware: readonly HardwareLine[];
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
  /** Of the host, where the definition says so: `none`, `writeback`. */
  readonly cache: string | undefined;
  /** What snapshots do with it, where the definition says so: `no` leaves it out. */
  readonly snapshot: string | undefined;
  /** Its place among the devices that it starts from. */
  readonly bootOrder: number | undefined;
}

export interface NicXml {
  readonly mac: string;
  readonly type: string;
  /** Network, bridge or device that it hangs on. */
  readonly source: string;
  /** The network of libvirt, also of one that runs: its type is that of what the network stands for then. */
  readonly network: string | undefined;
  readonly model: string | undefined;
}

type Node = XmlElement | undefined;

/** Rejects with XmlError for what is no domain. */
export async function readDomainXml(xml: string): Promise<DomainXml> {
  const domain = await readDocument(xml, 'domain');
  const devices = child(domain, 'devices');
  const os = child(domain, 'os');
  const vcpu = child(domain, 'vcpu');
  const maxMemory = size(child(domain, 'memory'));
  const maxCpus = Number(text(vcpu) ?? 1);
  const current = child(domain, 'currentMemory');
  const agents = childrenOf(devices, 'channel')
    .flatMap((channel) => child(channel, 'target') ?? [])
    .filter((target) => attribute(target, 'name') === 'org.qemu.guest_agent.0');
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
    guestOs: guestOsOf(domain),
    firmware: child(os, 'loader') !== undefined || attribute(os, 'firmware') === 'efi' ? 'UEFI' : 'BIOS',
    nvram: text(child(os, 'nvram')),
    emulator: text(child(devices, 'emulator')),
    cpuMode: attribute(child(domain, 'cpu'), 'mode'),
    disks: disksOf(domain),
    nics: childrenOf(devices, 'interface').map(readNic),
    graphics: childrenOf(devices, 'graphics').map(readGraphics),
    hardware: [...bootLines(domain), ...hardwareLines(domain)],
    hasSerial: childrenOf(devices, 'serial').length + childrenOf(devices, 'console').length > 0,
    hasAgent: agents.length > 0,
    agentIsAway: agents.every((agent) => attribute(agent, 'state') === 'disconnected'),
    configs: configsOf(domain).flatMap((entry) => attribute(entry, 'file') ?? []),
    isKcli: childrenOf(child(domain, 'metadata'), 'info').some(
      (info) =>
        child(info, 'creationdate') !== undefined &&
        Object.entries(info.attributes).some(([key, value]) => key.startsWith('xmlns') && value === KCLI_NAMESPACE),
    ),
  };
}

export interface AllDisks {
  readonly disks: readonly DiskXml[];
  /** Of a domain alone. */
  readonly nics: readonly NicXml[];
  /** Why the document can't be read: it may name any disk then. */
  readonly fault: string | undefined;
}

/** The disks and NICs alone of a domain, or of a snapshot with the domains in it, for reading the documents of a whole host. */
export async function readAllDisks(xml: string, root: 'domain' | 'domainsnapshot'): Promise<AllDisks> {
  try {
    const element = await readDocument(xml, root);
    const domains = root === 'domain' ? [element] : element.children.filter(({ name }) => DOMAINS.has(name));
    const lists = [child(element, 'disks'), ...domains.map((domain) => child(domain, 'devices'))];
    const nics = root === 'domain' ? childrenOf(child(element, 'devices'), 'interface').map(readNic) : [];
    return { disks: lists.flatMap((list) => childrenOf(list, 'disk').map(readDisk)), nics, fault: undefined };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return { disks: [], nics: [], fault: error.message };
  }
}

/** Of an element `domain`: the entries of its firmware's configuration. */
const configsOf = (domain: XmlElement): readonly XmlElement[] =>
  childrenOf(domain, 'sysinfo')
    .filter((one) => attribute(one, 'type') === 'fwcfg')
    .flatMap((one) => childrenOf(one, 'entry'));

/** In a snapshot: the guest as it ran, and as it was saved. */
const DOMAINS: ReadonlySet<string> = new Set(['domain', 'inactiveDomain']);

/** Of an element `domain`, wherever it stands. */
export const disksOf = (domain: Node): readonly DiskXml[] => childrenOf(child(domain, 'devices'), 'disk').map(readDisk);

/** Snapshots keep what the guest writes, unless the definition leaves the disk out. */
export const isInSnapshots = ({ path, elsewhere, readOnly, snapshot }: DiskXml): boolean =>
  !readOnly && snapshot !== 'no' && (path ?? elsewhere) !== undefined;

export function readDisk(disk: Node): DiskXml {
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
    cache: attribute(child(disk, 'driver'), 'cache'),
    snapshot: attribute(disk, 'snapshot'),
    bootOrder: Number(attribute(child(disk, 'boot'), 'order')) || undefined,
  };
}

export function readNic(nic: Node): NicXml {
  const source = child(nic, 'source');
  return {
    mac: attribute(child(nic, 'mac'), 'address') ?? '',
    type: attribute(nic, 'type') ?? '',
    network: attribute(source, 'network'),
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
function size(node: Node): Bytes {
  const count = Number(text(node) ?? 0) * (UNITS[(attribute(node, 'unit') ?? 'KiB').toLowerCase()] ?? 1024);
  if (Number.isSafeInteger(count) && count >= 0) return bytes(count);
  throw new XmlError('its memory is no number');
}

/** Undefined for an element that is missing or empty. */
const text = (node: Node): string | undefined => node?.text || undefined;
