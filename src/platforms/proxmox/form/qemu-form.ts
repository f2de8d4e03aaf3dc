/** A new virtual machine as POST /nodes/{node}/qemu takes it (PVE::API2::Qemu). */
import { mib } from '../../../units.ts';
import { refused } from '../../lib/spec-values.ts';
import type { KnownStorage } from '../catalog.ts';
import { writeNotes } from '../vm/notes.ts';
import type { Hardware, MakeSpec, WantedDisk } from './spec.ts';
import { diskText, freeKey, MOST, USUAL_SIZE } from './texts.ts';

export type Form = Record<string, string>;

/** A disk with the storage that it is made in. */
export interface PlacedDisk {
  readonly disk: WantedDisk;
  readonly storage: KnownStorage;
}

/** What a clone is given as well. */
export function commonForm({ memory, vcpus, autostart, notes, tags, protection, hardware }: MakeSpec): Form {
  const description = writeNotes(notes);
  return {
    memory: String(Math.round(memory / mib(1))),
    cores: String(vcpus / hardware.sockets),
    sockets: String(hardware.sockets),
    ...(autostart && { onboot: '1' }),
    ...(protection && { protection: '1' }),
    ...(description !== '' && { description }),
    ...(tags.length > 0 && { tags: tags.join(';') }),
    ...(hardware.cpu !== '' && { cpu: hardware.cpu }),
    agent: hardware.hasAgent ? '1' : '0',
    ...numaForm(hardware),
    ...Object.fromEntries(hardware.pci.map((device, at) => [`hostpci${at}`, device])),
    ...(hardware.rng && { rng0: 'source=/dev/urandom' }),
    ...(hardware.graphics !== '' && { vga: hardware.graphics }),
  };
}

const numaForm = ({ numa }: Hardware): Form =>
  numa.length === 0 ? {} : { numa: '1', ...Object.fromEntries(numa.map((cell, at) => [`numa${at}`, cell])) };

/** What a new machine has, and a clone has from its template: `disks` with at least one. */
export function hardwareForm(spec: MakeSpec, disks: readonly PlacedDisk[]): Form {
  const { firmware, tpm, machine, iommu, cpu, graphics } = spec.hardware;
  const [first] = disks;
  const storage = first?.storage.name ?? '';
  const type = machine || 'q35';
  if (iommu === 'intel' && !/q35/.test(type)) throw refused('an IOMMU of Intel needs the machine q35');
  return {
    ...commonForm(spec),
    ostype: 'l26',
    scsihw: 'virtio-scsi-single',
    // so that it has a console for text; a screen that is a serial port is that one
    serial0: 'socket',
    ...(cpu === '' && { cpu: 'x86-64-v2-AES' }),
    ...(graphics === '' && { vga: 'std' }),
    machine: iommu === '' ? type : `${type},viommu=${iommu}`,
    ...(firmware.startsWith('uefi') && {
      bios: 'ovmf',
      efidisk0: `${storage}:1,efitype=4m,pre-enrolled-keys=${firmware === 'uefi-secure' ? 1 : 0}`,
    }),
    ...(tpm && { tpmstate0: `${storage}:1,version=v2.0` }),
  };
}

/** Keys of the disks, each the next free one of its bus, and their texts; `from` is what the first one is imported from. */
export function diskForm(disks: readonly PlacedDisk[], taken: readonly string[], from?: string): Form {
  const form: Form = {};
  for (const [at, { disk, storage }] of disks.entries()) {
    const key = freeKey(disk.bus, [...taken, ...Object.keys(form)], MOST[disk.bus] ?? 0);
    if (key === undefined) throw refused(`a guest has ${MOST[disk.bus]} disks on ${disk.bus} at most`);
    form[key] = diskText(storage, disk.size ?? USUAL_SIZE, disk, at === 0 ? from : undefined);
  }
  return form;
}

/** A drive for a medium: `ide2` first, as the web interface has it. */
export function driveKey(taken: readonly string[]): string {
  const key = ['ide2', 'ide0', 'ide3', 'ide1', 'sata5', 'sata4'].find((one) => !taken.includes(one));
  if (key !== undefined) return key;
  throw refused('the guest has no free place for a drive');
}

/** The first disk, then media, then the network. */
export const bootOrder = (disks: readonly string[], drives: readonly string[], nics: readonly string[]): string =>
  `order=${[...disks.slice(0, 1), ...drives, ...nics.slice(0, 1)].join(';')}`;
