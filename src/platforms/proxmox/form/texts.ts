/** Texts of a guest's configuration: disks and NICs, as the API takes them. */
import { gib } from '../../../units.ts';
import type { KnownStorage } from '../catalog.ts';
import type { GuestKind } from '../guests.ts';
import type { WantedDisk, WantedNic } from './spec.ts';

const GIB = gib(1);

/** Of a disk of which nothing is said. */
export const USUAL_SIZE = gib(10);

/** Of a new volume, in GiB: `8`, `0.5`. */
export const gibWord = (bytes: number): string => String(Number((bytes / GIB).toFixed(6)));

/** `local-lvm:8,discard=on`; `from` is the volume id of an image. */
export function diskText(storage: KnownStorage, bytes: number, disk: WantedDisk, from?: string): string {
  return [
    from === undefined ? `${storage.name}:${gibWord(bytes)}` : `${storage.name}:0,import-from=${from}`,
    ...(disk.format === '' ? [] : [`format=${disk.format}`]),
    ...(disk.cache === '' ? [] : [`cache=${disk.cache}`]),
    ...(disk.discard ? ['discard=on'] : []),
    ...(disk.ssd ? ['ssd=1'] : []),
  ].join(',');
}

/** `virtio=BC:…,bridge=vmbr0,tag=10`; of a container `name=eth0,bridge=vmbr0,hwaddr=BC:…`. */
export function nicText(kind: GuestKind, nic: WantedNic, bridge: string, at: number): string {
  if (kind === 'qemu') return [`${nic.model}=${nic.mac}`, `bridge=${bridge}`, ...nic.options].join(',');
  // containers have neither models nor queues
  const options = nic.options.filter((one) => !one.startsWith('queues='));
  return [`name=eth${at}`, `bridge=${bridge}`, `hwaddr=${nic.mac}`, 'type=veth', ...options].join(',');
}

/** The first of these that no key has: `scsi1`. */
export function freeKey(bus: string, taken: readonly string[], most: number): string | undefined {
  for (let at = 0; at < most; at++) if (!taken.includes(`${bus}${at}`)) return `${bus}${at}`;
  return undefined;
}

/** How many of each kind a guest can have (`MAX_IDE_DISKS` and so on of PVE::QemuServer::Drive). */
export const MOST: Readonly<Record<string, number>> = {
  ide: 4,
  sata: 6,
  scsi: 31,
  virtio: 16,
  net: 32,
  mp: 256,
  unused: 256,
};
