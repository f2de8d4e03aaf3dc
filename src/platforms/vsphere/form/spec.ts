/** What is asked of a new VM: the values of the manifest's settings, as types. What is missing has the manifest's default. */
import { gib, mib } from '../../../units.ts';
import type { Pairs, Settings } from '../../contract.ts';
import { readGuest, type WantedGuest } from '../../lib/seed/guest-spec.ts';
import { checkMac, numberIn, oneOf, pairsIn, refused, rowsIn, textIn } from '../../lib/spec-values.ts';
import type { Wish } from '../place/choose.ts';
import { TAGS } from '../tags/tags.ts';
import { ATTRIBUTES } from '../vm/custom-attributes.ts';
import { checkKeys } from '../vm/metadata.ts';
import { BUSES, type Bus, FIRMWARES, NAME, NIC_MODELS, type NicModel } from './fields.ts';

export interface WantedDisk {
  /** Bytes; undefined where nothing is said. */
  readonly size: number | undefined;
  /** '': the platform's choice. */
  readonly storage: string;
  readonly bus: Bus;
  readonly isThin: boolean;
}

export interface WantedNic {
  readonly network: string;
  readonly model: NicModel;
  readonly mac: string;
}

export interface MakeSpec {
  readonly name: string;
  readonly image: string;
  readonly iso: string;
  readonly memoryMib: number;
  readonly vcpus: number;
  readonly cores: number | undefined;
  /** Undefined where nothing is said: as the template has it. */
  readonly memoryHotAdd: boolean | undefined;
  readonly cpuHotAdd: boolean | undefined;
  readonly nested: boolean | undefined;
  readonly description: string;
  /** Empty where none is named. */
  readonly disks: readonly WantedDisk[];
  readonly nics: readonly WantedNic[];
  readonly wish: Wish;
  /** '': that of the template. */
  readonly guestId: string;
  readonly firmware: '' | (typeof FIRMWARES)[number];
  /** The name of a specification; '' for none. */
  readonly customization: string;
  readonly guest: WantedGuest;
  /** kcli's metadata, as it stands among the VM's options. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Values of the vCenter's custom attributes, by name. */
  readonly attributes: Pairs;
  /** Tags of the vCenter, as they are written. */
  readonly tags: string;
  readonly start: boolean;
}

/** vSphere takes no other steps. */
const MEMORY_STEP_MIB = 4;

/** Throws op.refused for bytes between two steps. */
export function memoryMibOf(name: string, size: number): number {
  const inMib = size / mib(1);
  if (inMib % MEMORY_STEP_MIB === 0) return inMib;
  throw refused(`${name}: memory comes in steps of ${MEMORY_STEP_MIB} MiB`);
}

/** Throws op.refused for what no server would take. */
export function readSpec(spec: Settings): MakeSpec {
  const name = textIn(spec, 'name');
  if (!new RegExp(NAME.source).test(name))
    throw refused(`${JSON.stringify(name)} is no name of a VM`, 'take one without /, \\ and %');
  const image = textIn(spec, 'image');
  const memoryMib = memoryMibOf(name, numberIn(spec, 'memory') ?? gib(2));
  const [vcpus, cores] = [numberIn(spec, 'vcpus') ?? 2, numberIn(spec, 'cores')];
  checkCores(vcpus, cores);
  const isOn = (key: string) => (typeof spec[key] === 'boolean' ? spec[key] === true : undefined);
  return {
    name,
    image,
    iso: textIn(spec, 'iso'),
    memoryMib,
    vcpus,
    cores,
    memoryHotAdd: isOn('memory-hot-add'),
    cpuHotAdd: isOn('cpu-hot-add'),
    nested: isOn('nested'),
    description: textIn(spec, 'description'),
    disks: rowsIn(spec, 'disk').map(readDisk),
    nics: rowsIn(spec, 'nic').map(readNic),
    wish: {
      datacenter: textIn(spec, 'datacenter'),
      cluster: textIn(spec, 'cluster'),
      host: textIn(spec, 'node'),
      pool: textIn(spec, 'resource-pool'),
      folder: textIn(spec, 'folder'),
    },
    guestId: textIn(spec, 'guest'),
    firmware: oneOf(['', ...FIRMWARES], textIn(spec, 'firmware'), 'firmware'),
    customization: customizationIn(spec, image),
    guest: readGuest(spec, image),
    metadata: metadataOf(spec, image),
    attributes: pairsIn(spec, ATTRIBUTES),
    tags: textIn(spec, TAGS),
    start: spec['start'] !== false,
  };
}

/** Throws op.refused where something else sets the guest up, or nothing in it could. */
function customizationIn(spec: Settings, image: string): string {
  const name = textIn(spec, 'customization');
  if (name === '') return name;
  if (image === '') throw refused('a customization needs a template, whose VMware Tools do it');
  if (spec['cloud-init'] === false) return name;
  throw refused('cloud-init and a customization would both set up the guest', 'switch cloud-init off: --no-cloud-init');
}

/** Throws op.refused for vCPUs that do not fill their sockets. */
export function checkCores(vcpus: number, cores: number | undefined): void {
  if (cores === undefined || vcpus % cores === 0) return;
  throw refused(
    `${vcpus} vCPUs can't be shared out evenly to sockets of ${cores} cores`,
    `take a multiple of ${cores}`,
  );
}

function metadataOf(spec: Settings, image: string): Readonly<Record<string, string>> {
  const own = { plan: textIn(spec, 'plan'), profile: textIn(spec, 'profile'), image };
  const more = pairsIn(spec, 'metadata');
  checkKeys(more);
  return Object.fromEntries(Object.entries({ ...own, ...more }).filter(([, value]) => value !== ''));
}

const readDisk = (row: Settings): WantedDisk => ({
  size: numberIn(row, 'size'),
  storage: textIn(row, 'storage'),
  bus: oneOf(BUSES, textIn(row, 'bus') || BUSES[0], 'bus'),
  isThin: row['thin'] !== false,
});

function readNic(row: Settings): WantedNic {
  const [network, mac] = [textIn(row, 'network'), textIn(row, 'mac')];
  if (network === '') throw refused('a NIC without a network');
  checkMac(mac);
  return { network, mac, model: oneOf(NIC_MODELS, textIn(row, 'model') || NIC_MODELS[0], 'model of a NIC') };
}
