/** What else a new VM can have: folders and PCI devices of its host, an IOMMU, a kernel that QEMU starts, more drives. */
import type { Settings } from '../../contract.ts';
import { oneOf, refused, rowsIn, textIn } from '../../lib/spec-values.ts';
import { escapeXml } from '../../transport/xml.ts';
import { refuseUnwritable } from '../metadata/texts.ts';

export interface DeviceWish {
  readonly folders: readonly SharedFolder[];
  readonly pci: readonly PciAddress[];
  readonly iommu: '' | 'intel' | 'virtio' | 'smmuv3';
  /** Of QEMU's own start; undefined where the firmware looks for one. */
  readonly kernel: { readonly path: string; readonly initrd: string; readonly cmdline: string } | undefined;
  readonly floppy: string;
  readonly extraIso: string;
  /** Of its screen; '' where everybody who gets there may look. */
  readonly password: string;
  readonly hasAgent: boolean;
}

export interface SharedFolder {
  readonly path: string;
  /** What the guest mounts it by. */
  readonly tag: string;
  readonly kind: 'virtiofs' | '9p';
  readonly readOnly: boolean;
}

export interface PciAddress {
  readonly domain: string;
  readonly bus: string;
  readonly slot: string;
  readonly function: string;
}

const FOLDER_KINDS = ['virtiofs', '9p'] as const;
const IOMMUS = ['intel', 'virtio', 'smmuv3'] as const;
/** What VNC has room for (RFC 6143). */
const VNC_PASSWORD = 8;

/** Throws op.refused for what can't be; never with a password in it. */
export function readDevices(spec: Settings, graphics: string): DeviceWish {
  const folders = rowsIn(spec, 'folder').map(readFolder);
  if (new Set(folders.map(({ tag }) => tag)).size < folders.length)
    throw refused('two shared folders have the same tag');
  const pci = rowsIn(spec, 'pci').map((row) => readPci(textIn(row, 'address')));
  return {
    folders,
    pci,
    iommu: oneOf(['', ...IOMMUS], textIn(spec, 'iommu'), 'IOMMU'),
    kernel: readKernel(spec),
    floppy: textIn(spec, 'floppy'),
    extraIso: textIn(spec, 'extra-iso'),
    password: readPassword(textIn(spec, 'display-password'), graphics),
    hasAgent: spec['guest-agent'] !== false,
  };
}

function readFolder(row: Settings): SharedFolder {
  const [path, tag] = [textIn(row, 'path'), textIn(row, 'tag')];
  refuseNoPath(path, 'a shared folder');
  if (!/^[A-Za-z0-9_.-]{1,31}$/.test(tag))
    throw refused(`${JSON.stringify(tag)} is no tag of a folder: 1 to 31 letters, digits, - . or _`);
  const kind = oneOf(FOLDER_KINDS, textIn(row, 'kind') || 'virtiofs', 'kind of a shared folder');
  const readOnly = row['read-only'] === true;
  if (readOnly && kind === 'virtiofs')
    throw refused('virtiofs shares a folder only for reading and writing', 'choose 9p');
  return { path, tag, kind, readOnly };
}

/** Throws op.refused for what is no whole path. */
export function refuseNoPath(path: string, what: string): void {
  if (!/^\/[^\0-\x1f\x7f]*$/.test(path))
    throw refused(`${what} has a whole path on the host, not ${JSON.stringify(path)}`);
  refuseUnwritable(path);
}

/** `0000:01:00.0`; the domain may be left out. */
export function readPci(address: string): PciAddress {
  const parts = /^(?:([0-9a-f]{4}):)?([0-9a-f]{2}):([01][0-9a-f])\.([0-7])$/i.exec(address);
  if (!parts) throw refused(`${JSON.stringify(address)} is no address of a PCI device, such as 0000:01:00.0`);
  const [, domain = '0000', bus = '', slot = '', fn = ''] = parts.map((part) => part?.toLowerCase());
  return { domain, bus, slot, function: fn };
}

/** As libvirt calls it among the devices of a host. */
export const nameOfPci = ({ domain, bus, slot, function: fn }: PciAddress): string =>
  `pci_${domain}_${bus}_${slot}_${fn}`;
export const shownPci = ({ domain, bus, slot, function: fn }: PciAddress): string => `${domain}:${bus}:${slot}.${fn}`;

function readKernel(spec: Settings): DeviceWish['kernel'] {
  const [path, initrd, cmdline] = [textIn(spec, 'kernel'), textIn(spec, 'initrd'), textIn(spec, 'cmdline')];
  if (path === '') {
    if (initrd !== '') throw refused('an initrd needs the kernel that it is of');
    if (cmdline !== '') throw refused('a command line needs the kernel that reads it', 'give a kernel and an initrd');
    return undefined;
  }
  refuseNoPath(path, 'a kernel');
  if (initrd !== '') refuseNoPath(initrd, 'an initrd');
  if (/[\r\n]/.test(cmdline)) throw refused('the command line of a kernel is one line');
  refuseUnwritable(cmdline);
  return { path, initrd, cmdline };
}

function readPassword(password: string, graphics: string): string {
  if (password === '') return '';
  if (graphics === 'none') throw refused('a VM without a screen has no password for it');
  if (graphics === 'sdl') throw refused('a window of SDL has no password');
  if (/[^\x20-\x7e]/.test(password))
    throw refused('the password of a screen has letters, digits and signs of ASCII alone');
  if (graphics === 'vnc' && password.length > VNC_PASSWORD)
    throw refused(
      `VNC takes ${VNC_PASSWORD} characters of a password, and no more`,
      'make it shorter, or choose spice',
    );
  return password;
}

export const sharesMemory = ({ folders }: DeviceWish): boolean => folders.some(({ kind }) => kind === 'virtiofs');

/** In the element `os`. */
export const kernelXml = ({ kernel }: DeviceWish): string =>
  [
    kernel && `<kernel>${escapeXml(kernel.path)}</kernel>`,
    kernel?.initrd && `<initrd>${escapeXml(kernel.initrd)}</initrd>`,
    kernel?.cmdline && `<cmdline>${escapeXml(kernel.cmdline)}</cmdline>`,
  ]
    .filter(Boolean)
    .join('');

/** `remaps`: see remapsInterrupts. */
export function devicesXml({ folders, pci, iommu }: DeviceWish, remaps: boolean): string {
  const shared = folders.map(({ path, tag, kind, readOnly }) => {
    const how = kind === '9p' ? ' accessmode="mapped"' : '';
    const driver = kind === '9p' ? '' : '<driver type="virtiofs"/>';
    return `<filesystem type="mount"${how}>${driver}<source dir="${escapeXml(path)}"/><target dir="${tag}"/>${readOnly ? '<readonly/>' : ''}</filesystem>`;
  });
  const passed = pci.map(
    (device) =>
      `<hostdev mode="subsystem" type="pci" managed="yes"><source><address ${pciWords(device)}/></source></hostdev>`,
  );
  const driver = iommu === 'intel' ? `<driver intremap="${remaps ? 'on' : 'off'}" caching_mode="on"/>` : '';
  return [...shared, ...passed, iommu && `<iommu model="${iommu}">${driver}</iommu>`].join('');
}

export const pciWords = ({ domain, bus, slot, function: fn }: PciAddress): string =>
  `domain="0x${domain}" bus="0x${bus}" slot="0x${slot}" function="0x${fn}"`;
