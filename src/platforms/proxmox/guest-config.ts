/** A guest's configuration as the API gives it: `scsi0: local-lvm:vm-100-disk-0,size=32G`. */
import { type Bytes, bytes, mib } from '../../units.ts';
import type { Disk, Nic } from '../contract.ts';
import { type Row, textOf } from '../lib/json.ts';
import type { GuestKind } from './guests.ts';
import { flagOf, numberOf } from './json.ts';
import { type Notes, readNotes } from './vm/notes.ts';

export interface GuestConfig {
  readonly name: string | undefined;
  /**
   * Tells this guest from another one with the same VMID: its time of creation and its SMBIOS uuid, which a rollback leaves
   * alone. A container has neither: its volume and the address of its first card must do.
   */
  readonly identity: string;
  readonly digest: string | undefined;
  readonly memory: Bytes;
  readonly cores: number;
  readonly sockets: number;
  readonly autostart: boolean;
  readonly notes: Notes;
  readonly lock: string | undefined;
  readonly protected: boolean;
  readonly disks: readonly ConfiguredDisk[];
  readonly nics: readonly Nic[];
  /** The first serial port that can be a console: `serial0`. */
  readonly serial: string | undefined;
  readonly agent: boolean;
  /** Epoch, ms. */
  readonly createdAt: number | undefined;
  /** For people: what only this platform tells. */
  readonly more: readonly (readonly [string, string])[];
}

export interface ConfiguredDisk extends Disk {
  /** Deleted together with the guest. */
  readonly owned: boolean;
}

const DISK_KEY = /^(?:(?:ide|sata|scsi|virtio|unused|mp)\d+|efidisk0|tpmstate0|rootfs)$/;

export function readGuestConfig(row: Row, kind: GuestKind, vmid: number): GuestConfig {
  const keys = Object.keys(row).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const created = /(?:^|,)ctime=(\d+)/.exec(textOf(row, 'meta') ?? '')?.[1];
  return {
    name: textOf(row, kind === 'qemu' ? 'name' : 'hostname'),
    identity: identityOf(row, kind),
    digest: textOf(row, 'digest'),
    // PVE 8.1 and later may write `current=2048`.
    memory: mib(Number(/\d+/.exec(textOf(row, 'memory') ?? '')?.[0] ?? 512)),
    cores: numberOf(row, 'cores') ?? 1,
    sockets: kind === 'qemu' ? (numberOf(row, 'sockets') ?? 1) : 1,
    autostart: flagOf(row, 'onboot'),
    notes: readNotes(textOf(row, 'description') ?? ''),
    lock: textOf(row, 'lock'),
    protected: flagOf(row, 'protection'),
    disks: keys.flatMap((key) => (DISK_KEY.test(key) ? (readDisk(key, textOf(row, key), vmid) ?? []) : [])),
    nics: keys.flatMap((key) => (/^net\d+$/.test(key) ? readNic(key, textOf(row, key) ?? '', kind) : [])),
    serial: keys.find((key) => /^serial\d$/.test(key) && row[key] === 'socket'),
    agent: /^(?:1|enabled=1)\b|,enabled=1\b/.test(textOf(row, 'agent') ?? ''),
    createdAt: created === undefined ? undefined : Number(created) * 1000,
    more: readMore(row, kind),
  };
}

function identityOf(row: Row, kind: GuestKind): string {
  const options = (key: string) => readOptions(textOf(row, key) ?? '');
  const spell = (...pairs: readonly (readonly [string, string | undefined])[]) =>
    pairs.flatMap(([key, value]) => (value ? [`${key}=${value}`] : [])).join(',');
  if (kind === 'lxc') return spell(['rootfs', options('rootfs').get('')], ['hwaddr', options('net0').get('hwaddr')]);
  const lasting = spell(['ctime', options('meta').get('ctime')], ['uuid', options('smbios1').get('uuid')]);
  // A new one at each rollback: only for guests from before Proxmox VE wrote the others.
  return lasting === '' ? spell(['vmgenid', textOf(row, 'vmgenid')]) : lasting;
}

/** A container without a card has its volume alone, which is called after the VMID. */
export const mayRecur = (identity: string): boolean => !/(?:^|,)(?:ctime|uuid|vmgenid|hwaddr)=/.test(identity);

/** `a=b,c=d`; what has no `=` stands under the key ''. */
function readOptions(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(',').map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? ['', part] : [part.slice(0, at), part.slice(at + 1)];
    }),
  );
}

function readDisk(device: string, text: string | undefined, vmid: number): ConfiguredDisk | undefined {
  if (text === undefined) return undefined;
  const options = readOptions(text);
  const path = options.get('') ?? options.get('file') ?? options.get('volume') ?? '';
  if (path === '') return undefined;
  const isEmpty = path === 'none';
  const cdrom = options.get('media') === 'cdrom';
  // the drive that cloud-init reads is a volume of its own
  const isFile = cdrom && !path.includes('cloudinit');
  return {
    device,
    path: isEmpty ? '' : path,
    size: readSize(options.get('size')),
    type: cdrom ? 'cdrom' : 'disk',
    // A volume without a name that says it lies on LVM, ZFS or Ceph, which hold raw images only.
    format: isEmpty ? undefined : (options.get('format') ?? /\.(qcow2|raw|vmdk)$/.exec(path)?.[1] ?? 'raw'),
    bus: /^(ide|sata|scsi|virtio)\d/.exec(device)?.[1],
    storage: /^([^/:]+):/.exec(path)?.[1],
    readOnly: cdrom || options.get('ro') === '1',
    shareable: undefined,
    owned: !isFile && new RegExp(`^[^/:]+:(?:.*/)?(?:vm|base|subvol|basevol)-${vmid}-`).test(path),
  };
}

const FACTORS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

function readSize(text: string | undefined): Bytes | undefined {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text ?? '') ?? [];
  const size = Math.round(Number(count) * (FACTORS[unit] ?? Number.NaN));
  return Number.isSafeInteger(size) ? bytes(size) : undefined;
}

const MAC = /^[0-9A-F]{2}(?::[0-9A-F]{2}){5}$/i;

function readNic(device: string, text: string, kind: GuestKind): Nic {
  const options = readOptions(text);
  const [model, mac = ''] = [...options].find(([key, value]) => key !== 'hwaddr' && MAC.test(value)) ?? [];
  const tag = options.get('tag');
  const bridge = options.get('bridge') ?? '';
  return {
    device: kind === 'lxc' ? (options.get('name') ?? device) : device,
    mac: options.get('hwaddr') ?? mac,
    net: bridge,
    ...(/^\d+$/.test(tag ?? '') ? { vlan: Number(tag) } : {}),
    type: kind === 'lxc' ? (options.get('type') ?? 'veth') : model,
  };
}

const LABELS: readonly (readonly [key: string, label: string])[] = [
  ['ostype', 'Guest'],
  ['machine', 'Machine'],
  ['bios', 'Firmware'],
  ['cpu', 'CPU'],
  ['scsihw', 'SCSI controller'],
  ['vga', 'Display'],
  ['boot', 'Boot order'],
  ['hotplug', 'Hotplug'],
  ['agent', 'Guest agent'],
  ['features', 'Features'],
  ['startup', 'Start order'],
  ['hookscript', 'Hook script'],
];

const readMore = (row: Row, kind: GuestKind): readonly (readonly [string, string])[] => [
  ['Kind', kind === 'qemu' ? 'virtual machine (QEMU)' : 'container (LXC)'],
  ...LABELS.flatMap(([key, label]) => {
    const value = textOf(row, key);
    return value === undefined ? [] : [[label, value] as const];
  }),
  ...(flagOf(row, 'protection') ? [['Protection', 'on: it can’t be deleted'] as const] : []),
];
