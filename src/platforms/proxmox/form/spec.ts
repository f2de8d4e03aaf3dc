/** What is asked of a new guest: the values of the manifest's settings, as types. What is missing has the manifest's default. */
import { randomBytes } from 'node:crypto';
import { gib, mib } from '../../../units.ts';
import type { Settings } from '../../contract.ts';
import { readGuest, type WantedGuest } from '../../lib/seed/guest-spec.ts';
import { checkMac, numberIn, oneOf, pairsIn, refused, rowsIn, textIn, wordsIn } from '../../lib/spec-values.ts';
import { type WantedFirewall, wantedFirewall } from '../firewall/guest-firewall.ts';
import { checkNotes, type Notes } from '../vm/notes.ts';
import { BUSES, CACHES, FORMATS, HA_STATES, NAME, NIC_MODELS } from './fields.ts';

export interface WantedDisk {
  /** Bytes; undefined where nothing is said. */
  readonly size: number | undefined;
  /** Name or key of the storage; '' is the platform's choice. */
  readonly storage: string;
  readonly bus: (typeof BUSES)[number];
  readonly format: string;
  readonly cache: string;
  readonly discard: boolean;
  readonly ssd: boolean;
}

export interface WantedNic {
  readonly network: string;
  readonly model: string;
  readonly mac: string;
  /** Of the text in the configuration, `tag=10`. */
  readonly options: readonly string[];
}

export interface MakeSpec {
  readonly name: string;
  readonly image: string;
  readonly iso: string;
  readonly node: string;
  /** Bytes. */
  readonly memory: number;
  readonly vcpus: number;
  readonly disks: readonly WantedDisk[];
  /** Undefined where none is named: the first bridge. */
  readonly nics: readonly WantedNic[] | undefined;
  readonly guest: WantedGuest;
  readonly notes: Notes;
  readonly tags: readonly string[];
  readonly pool: string;
  readonly ha: string;
  readonly firewall: WantedFirewall;
  readonly autostart: boolean;
  readonly protection: boolean;
  readonly start: boolean;
  /** What only a virtual machine has. */
  readonly hardware: Hardware;
  /** Settings with another value than the one that they have where nothing is said, by key. */
  readonly said: ReadonlySet<string>;
}

export interface Hardware {
  readonly sockets: number;
  readonly cpu: string;
  readonly machine: string;
  readonly firmware: '' | 'bios' | 'uefi' | 'uefi-secure';
  readonly tpm: boolean;
  readonly rng: boolean;
  readonly graphics: string;
  readonly iommu: string;
  readonly numa: readonly string[];
  readonly pci: readonly string[];
  readonly hasAgent: boolean;
}

/** Throws op.refused for values that no node could take. */
export function readSpec(spec: Settings, now: number): MakeSpec {
  const name = textIn(spec, 'name');
  if (!new RegExp(NAME.source).test(name) || name.length > 253)
    throw refused(`${JSON.stringify(name)} is no name of a guest`, NAME_RULE);
  const image = textIn(spec, 'image');
  const [memory, vcpus] = [numberIn(spec, 'memory') ?? gib(2), numberIn(spec, 'vcpus') ?? 2];
  const rows = rowsIn(spec, 'disk');
  const nics = rowsIn(spec, 'nic').map(readNic);
  const notes = notesOf(spec, image, now);
  checkNotes(notes);
  return {
    name,
    image,
    iso: textIn(spec, 'iso'),
    node: textIn(spec, 'node'),
    memory,
    vcpus,
    disks: (rows.length > 0 ? rows : [{}]).map(readDisk),
    nics: nics.length > 0 ? nics : undefined,
    guest: readGuest(spec, image),
    notes,
    tags: wordsIn(textIn(spec, 'tags').replaceAll(';', ',')),
    pool: textIn(spec, 'resource-pool'),
    ha: oneOf(HA_STATES, textIn(spec, 'ha') || 'none', 'state of high availability'),
    firewall: wantedFirewall(
      Object.fromEntries(Object.entries(spec).filter(([key, value]) => IN_FIREWALL.has(key) && isSaid(key, value))),
    ),
    autostart: spec['autostart'] === true,
    protection: spec['protection'] === true,
    start: spec['start'] !== false,
    hardware: readHardware(spec, vcpus),
    said: new Set(Object.keys(spec).filter((key) => isSaid(key, spec[key]))),
  };
}

/** Left empty, a clone has what its template has. */
const IN_FIREWALL: ReadonlySet<string> = new Set(['firewall', 'security-groups']);

const NAME_RULE = 'take that of a host: letters, digits and -, in parts between dots';

/** What forms and flags fill in by themselves. */
const USUAL: Readonly<Record<string, unknown>> = { 'cloud-init': true, 'guest-agent': true, ha: 'none', start: true };
const isSaid = (key: string, value: Settings[string] | undefined): boolean =>
  value !== undefined &&
  value !== '' &&
  value !== null &&
  value !== (USUAL[key] ?? false) &&
  !(typeof value === 'object' && Object.keys(value).length === 0);

/** As kcli writes it down, with the date. */
function notesOf(spec: Settings, image: string, now: number): Notes {
  const date = new Date(now).toISOString();
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T(\d+:\d+)/.exec(date) ?? [];
  const own = { plan: textIn(spec, 'plan'), profile: textIn(spec, 'profile'), image };
  return {
    text: textIn(spec, 'description').trim(),
    pairs: {
      ...own,
      ...pairsIn(spec, 'metadata'),
      creationdate: `${day}-${month}-${year} ${time}`,
    },
  };
}

function readDisk(row: Settings): WantedDisk {
  const bus = oneOf(BUSES, textIn(row, 'bus') || BUSES[0], 'bus');
  const ssd = row['ssd'] === true;
  if (ssd && bus === 'virtio') throw refused('a disk on virtio is never shown as an SSD', 'put it on scsi or sata');
  return {
    size: numberIn(row, 'size'),
    storage: textIn(row, 'storage'),
    bus,
    format: oneOf(['', ...FORMATS], textIn(row, 'format'), 'format'),
    cache: oneOf(['', ...CACHES], textIn(row, 'cache'), 'cache'),
    discard: row['discard'] === true,
    ssd,
  };
}

/** With the prefix that is Proxmox' own (BC:24:11). */
export const newMac = (): string =>
  ['BC', '24', '11', ...[...randomBytes(3)].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'))].join(':');

function readNic(row: Settings): WantedNic {
  const network = textIn(row, 'network');
  if (network === '') throw refused('a NIC without a network');
  const mac = textIn(row, 'mac');
  checkMac(mac);
  const number = (key: string, word: string) => {
    const value = numberIn(row, key);
    return value === undefined ? [] : [`${word}=${value}`];
  };
  return {
    network,
    model: oneOf(NIC_MODELS, textIn(row, 'model') || NIC_MODELS[0], 'model of a NIC'),
    mac: mac || newMac(),
    options: [
      ...number('vlan', 'tag'),
      ...(row['firewall'] === true ? ['firewall=1'] : []),
      ...number('mtu', 'mtu'),
      ...number('queues', 'queues'),
      ...number('rate', 'rate'),
      ...(row['unplugged'] === true ? ['link_down=1'] : []),
    ],
  };
}

function readHardware(spec: Settings, vcpus: number): Hardware {
  const sockets = numberIn(spec, 'sockets') ?? 1;
  if (vcpus % sockets !== 0)
    throw refused(`${vcpus} vCPUs can't be shared out evenly to ${sockets} sockets`, `take a multiple of ${sockets}`);
  const word = (key: string) => {
    const value = textIn(spec, key);
    if (!/^[A-Za-z0-9_.+-]*$/.test(value)) throw refused(`there is no ${key} ${JSON.stringify(value)}`);
    return value;
  };
  const cpu = word('cpu');
  return {
    sockets,
    cpu: cpu === 'host-model' || cpu === 'host-passthrough' ? 'host' : cpu,
    machine: word('machine'),
    firmware: oneOf(['', 'bios', 'uefi', 'uefi-secure'], textIn(spec, 'firmware'), 'firmware'),
    tpm: spec['tpm'] === true,
    rng: spec['rng'] === true,
    graphics: oneOf(['', 'std', 'virtio', 'qxl', 'serial0', 'none'], textIn(spec, 'graphics'), 'screen'),
    iommu: oneOf(['', 'intel', 'virtio'], textIn(spec, 'iommu'), 'IOMMU'),
    numa: readNuma(spec),
    pci: rowsIn(spec, 'pci').map((row) => readPci(textIn(row, 'address'))),
    hasAgent: spec['guest-agent'] !== false,
  };
}

const POLICIES: Readonly<Record<string, string>> = { strict: 'bind', interleave: 'interleave', preferred: 'preferred' };
const SET = /^\d+(-\d+)?([,;]\d+(-\d+)?)*$/;

/** `cpus=0-1,memory=1024`, in the order of their numbers. */
function readNuma(spec: Settings): readonly string[] {
  const mode = oneOf(['', 'strict', 'interleave', 'preferred'], textIn(spec, 'numa-mode'), 'NUMA mode');
  const nodes = textIn(spec, 'numa-nodes') || '0';
  const rows = rowsIn(spec, 'numa');
  if (mode !== '' && rows.length === 0)
    throw refused('a NUMA mode is of NUMA cells, and there are none', 'give numa too');
  if (!SET.test(nodes)) throw refused(`${JSON.stringify(nodes)} is no set of NUMA nodes`);
  const cells = rows.map((row, at) => {
    const [cpus, memory] = [textIn(row, 'vcpus'), numberIn(row, 'memory')];
    if (!SET.test(cpus)) throw refused(`${JSON.stringify(cpus)} is no set of vCPUs`);
    if (memory === undefined) throw refused('a NUMA cell without memory');
    const bound = mode === '' ? [] : [`hostnodes=${nodes.replaceAll(',', ';')}`, `policy=${POLICIES[mode]}`];
    const text = [`cpus=${cpus.replaceAll(',', ';')}`, ...bound, `memory=${Math.round(memory / mib(1))}`].join(',');
    return { id: numberIn(row, 'id') ?? at, text };
  });
  if (cells.some(({ id }, at) => cells.findIndex((one) => one.id === id) < at))
    throw refused('two NUMA cells have the same number');
  if (cells.some(({ id }) => id >= cells.length)) throw refused('NUMA cells are numbered from 0, without a gap');
  return cells.toSorted((a, b) => a.id - b.id).map(({ text }) => text);
}

/** `0000:01:00.0`, or the name of a mapping. */
function readPci(address: string): string {
  if (/^([0-9a-f]{4}:)?[0-9a-f]{2}:[01][0-9a-f](\.[0-7])?$/i.test(address)) return address.toLowerCase();
  if (/^[A-Za-z][A-Za-z0-9_-]*$/.test(address)) return `mapping=${address}`;
  throw refused(`${JSON.stringify(address)} is neither an address of a PCI device nor the name of a mapping`);
}
