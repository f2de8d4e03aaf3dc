/** A new virtual machine of an appliance: its disks, hardware and NICs, as POST /nodes/{node}/qemu takes them. */
import { bytes, spellBytes } from '../../../units.ts';
import type { Warning } from '../../contract.ts';
import { refused } from '../../lib/spec-values.ts';
import type { KnownStorage } from '../catalog.ts';
import { diskForm, type Form, type PlacedDisk } from '../form/qemu-form.ts';
import { type MakeSpec, newMac, type WantedNic } from '../form/spec.ts';
import { diskText } from '../form/texts.ts';
import type { Ova } from './read-ova.ts';

/** With a disk for each of the appliance, so that each has its storage; what is asked for beyond them is new. */
export function withDisksOf(spec: MakeSpec, { disks }: Ova): MakeSpec {
  const [first] = spec.disks;
  if (!first) return spec;
  const more = Array.from({ length: Math.max(0, disks.length - spec.disks.length) }, () => ({
    ...first,
    size: undefined,
  }));
  return { ...spec, disks: [...spec.disks, ...more] };
}

/** As many as the appliance has, of its models, in the first network; one where it has none. */
export const nicsOf = ({ nics }: Ova, usual: WantedNic): readonly WantedNic[] =>
  nics.length === 0 ? [usual] : nics.map((model) => ({ ...usual, model, mac: newMac() }));

/** Where the appliance has them, since its drivers are for these; `placed` are those of `withDisksOf`. */
export function ovaDisks({ disks }: Ova, placed: readonly PlacedDisk[]): Form {
  const own = disks.flatMap(({ device, volid }, at) => {
    const found = placed[at];
    return found ? [[device, diskText(found.storage, 0, found.disk, volid)] as const] : [];
  });
  const form = Object.fromEntries(own);
  return { ...form, ...diskForm(placed.slice(disks.length), Object.keys(form)) };
}

/** The controller, firmware and guest that it was made for. UEFI has no driver for the controller of old (LSI). */
export function ovaHardware({ guest, isUefi, controller }: Ova, { said }: MakeSpec, storage: string): Form {
  const ownFirmware = isUefi && !said.has('firmware');
  return {
    ...(guest !== undefined && { ostype: guest }),
    scsihw: controller ?? (isUefi ? 'virtio-scsi-single' : 'lsi'),
    ...(ownFirmware && { bios: 'ovmf', efidisk0: `${storage}:1,efitype=4m,pre-enrolled-keys=0` }),
  };
}

/** Of a type whose volumes are files (PVE::Storage::Plugin with a path). */
const OF_FILES: ReadonlySet<string> = new Set(['dir', 'nfs', 'cifs', 'btrfs', 'glusterfs', 'cephfs']);

/**
 * The server unpacks the disks into a storage with files that takes disks: the one of the appliance, else one that is named here.
 * Throws op.refused where the node has none.
 */
export function workingStorage(source: KnownStorage, storages: readonly KnownStorage[], node: string): Form {
  const isAble = ({ content, type, through }: KnownStorage) =>
    content.includes('images') && OF_FILES.has(type ?? '') && through.includes(node);
  if (isAble(source)) return {};
  const other = storages.find(isAble);
  if (other) return { 'import-working-storage': other.name };
  throw refused(
    `${node} has no active storage with files that takes disks, where ${source.name} could unpack an appliance`,
    'allow the content images on a directory or a share',
  );
}

/** What it gets less of than it asks for. */
export function lessThanAsked({ memory, vcpus }: Ova, spec: MakeSpec): readonly Warning[] {
  const warn = (feature: string, asks: string, gets: string): Warning => ({
    feature,
    detail: `the appliance asks for ${asks}, and gets ${gets}`,
  });
  return [
    ...(memory !== undefined && spec.memory < memory
      ? [warn('memory', spellBytes(memory), spellBytes(bytes(spec.memory)))]
      : []),
    ...(vcpus !== undefined && spec.vcpus < vcpus ? [warn('vcpus', `${vcpus} vCPUs`, String(spec.vcpus))] : []),
  ];
}
