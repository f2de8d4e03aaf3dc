/** What is asked of a new VM: the values of the manifest's settings, as types. What is missing has the manifest's default. */
import { gib } from '../../../units.ts';
import { isPairs, type Pairs, type Settings } from '../../contract.ts';
import { readGuest, type WantedGuest } from '../../lib/seed/guest-spec.ts';
import { numberIn, oneOf, refused, rowsIn, textIn } from '../../lib/spec-values.ts';
import type { BootDevice } from '../boot/boot-device.ts';
import { bootOf } from '../boot/order.ts';
import { readSdlPlace, type SdlPlace } from '../definition/graphics-part.ts';
import { type DiskOptions, type DiskVolume, readDiskOptions, readDiskVolume } from '../disk/disk-options.ts';
import { type Hardware, readHardware } from '../hardware/hardware.ts';
import { refuseOs } from '../metadata/guest-os.ts';
import { refuseKey, refuseUnwritable } from '../metadata/texts.ts';
import { isMac } from '../nic/mac.ts';
import { type NicOptions, readNicOptions } from '../nic/nic-options.ts';

export { refused };

export interface WantedDisk extends DiskVolume {
  /** Bytes; undefined where nothing is said. */
  readonly size: number | undefined;
  /** Name of the pool; '' is the platform's choice. */
  readonly storage: string;
  readonly options: DiskOptions;
}

export interface WantedNic {
  readonly network: string;
  readonly model: string;
  /** '' is libvirt's choice. */
  readonly mac: string;
  readonly options: NicOptions;
}

export interface MakeSpec {
  readonly name: string;
  readonly image: string;
  readonly iso: string;
  /** Bytes. */
  readonly memory: number;
  readonly vcpus: number;
  readonly title: string;
  readonly description: string;
  readonly disks: readonly WantedDisk[];
  /** Undefined where none is named: the network `default`. */
  readonly nics: readonly WantedNic[] | undefined;
  readonly guest: WantedGuest;
  readonly plan: string;
  readonly profile: string;
  readonly owner: string;
  /** An id of libosinfo; '' where nothing is said. */
  readonly os: string;
  readonly metadata: Pairs;
  /** '' is the platform's choice. */
  readonly type: '' | 'kvm' | 'qemu';
  readonly cpu: string;
  readonly machine: string;
  readonly firmware: '' | 'bios' | 'uefi' | 'uefi-secure';
  readonly tpm: boolean;
  readonly rng: boolean;
  readonly graphics: (typeof GRAPHICS)[number];
  /** Of a window of SDL. */
  readonly sdl: SdlPlace | undefined;
  readonly hardware: Hardware;
  readonly bootsNetwork: boolean;
  /** Kinds of devices in their order. */
  readonly bootOrder: readonly BootDevice[];
  readonly nextBoot: BootDevice | undefined;
  /** All that was asked for: the definition takes what is left of it when it is written. */
  readonly defined: Settings;
  readonly autostart: boolean;
  readonly start: boolean;
}

const TYPES = ['', 'kvm', 'qemu'] as const;
const FIRMWARES = ['', 'bios', 'uefi', 'uefi-secure'] as const;
const GRAPHICS = ['vnc', 'spice', 'sdl', 'none'] as const;

/** Throws op.refused for values that no host could take. */
export function readSpec(spec: Settings): MakeSpec {
  const text = (key: string): string => textIn(spec, key);
  const name = text('name');
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(name))
    throw refused(`${JSON.stringify(name)} is no name of a VM: a letter or digit, then letters, digits, - . or _`);
  const image = text('image');
  const os = text('os');
  refuseOs(os);
  const rows = rowsIn(spec, 'disk');
  const nics = rowsIn(spec, 'nic').map(readNic);
  const [memory, vcpus] = [numberIn(spec, 'memory') ?? gib(2), numberIn(spec, 'vcpus') ?? 2];
  const graphics = oneOf(GRAPHICS, text('graphics') || 'vnc', 'graphics');
  return {
    name,
    image,
    iso: text('iso'),
    memory,
    vcpus,
    title: words(line(text('title'), 'title')),
    description: words(text('description')),
    disks: (rows.length > 0 ? rows : [{}]).map((row, at) => readDisk(row, at === 0 ? image : '')),
    nics: nics.length > 0 ? nics : undefined,
    guest: readGuest(spec, image),
    plan: words(text('plan')),
    profile: words(text('profile')),
    owner: words(text('owner')),
    os,
    metadata: readMetadata(spec['metadata']),
    type: oneOf(TYPES, text('virtualization'), 'virtualization'),
    cpu: text('cpu'),
    machine: text('machine'),
    firmware: oneOf(FIRMWARES, text('firmware'), 'firmware'),
    tpm: spec['tpm'] === true,
    rng: spec['rng'] === true,
    graphics,
    sdl: readSdlPlace(spec, graphics),
    hardware: readHardware(spec, vcpus, memory, graphics),
    ...bootOf(spec, image !== '', text('iso') !== ''),
    defined: spec,
    autostart: spec['autostart'] === true,
    start: spec['start'] !== false,
  };
}

function readDisk(row: Settings, image: string): WantedDisk {
  const options = readDiskOptions(row);
  const volume = readDiskVolume(row, options.shareable, image);
  return { size: numberIn(row, 'size'), storage: textIn(row, 'storage'), ...volume, options };
}

function readNic(row: Settings): WantedNic {
  const mac = textIn(row, 'mac').toLowerCase();
  if (mac !== '' && !isMac(mac)) throw refused(`${JSON.stringify(mac)} is no address of a NIC`);
  const [network, model] = [textIn(row, 'network'), textIn(row, 'model') || 'virtio'];
  const options = readNicOptions(row, model);
  if (network === '' && options.kind !== 'user') throw refused('a NIC without a network');
  return { network, model, mac, options };
}

/** Each becomes an element of XML; kcli's own keys come from settings of their own. */
function readMetadata(value: Settings[string] | undefined): Pairs {
  if (value === undefined || !isPairs(value)) return {};
  for (const [key, text] of Object.entries(value)) {
    refuseKey(key, OWN_KEYS);
    words(text);
  }
  return value;
}
const OWN_KEYS: ReadonlySet<string> = new Set(['plan', 'profile', 'image', 'owner', 'user', 'domain']);

function words(text: string): string {
  refuseUnwritable(text);
  return text;
}

function line(text: string, what: string): string {
  if (/[\r\n]/.test(text)) throw refused(`a ${what} is one line`);
  return text;
}
