/** A disk that a guest gets: on a new volume, or on what is there and no other VM has: a volume, a file or a device. */
import { FleetError } from '../../../errors.ts';
import type { DiskSpec, Warning } from '../../contract.ts';
import type { Host } from '../host/host-call.ts';
import { formatter } from '../medium/file-system.ts';
import { type FoundMedium, findMedium } from '../medium/find-medium.ts';
import { mediumOf } from '../medium/find-volume.ts';
import type { NewFileSystem } from '../medium/host-disks.ts';
import { attachDevice } from '../vm/change-device.ts';
import { usersOf } from '../vm/disk-users.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import type { GuestDevices } from '../vm/guest-devices.ts';
import type { Search } from '../vm/other-domains.ts';
import { readStorage } from '../vm/storage.ts';
import { trustedFiles } from '../vm/trusted-files.ts';
import { type DiskPlace, newDisk } from '../xml/device-xml.ts';
import { createVolume, takenBack } from './new-volume.ts';
import { freeTarget } from './target-names.ts';

/** QEMU has no hotplug for these, which libvirt finds out when all else is done. */
const FIXED: ReadonlySet<string> = new Set(['sata', 'ide']);

export interface WantedDisk extends DiskSpec {
  /** `vdb`; without it the first name that is free. */
  readonly target?: string;
  readonly readOnly?: boolean;
  /** On a new one. */
  readonly fileSystem?: NewFileSystem | undefined;
}

export interface AddedDisk {
  /** `vdb`. */
  readonly target: string;
  readonly warnings: readonly Warning[];
}

/** `devices`: those that it comes to; a half that is left out stays without it. */
export async function addDisk(
  host: Host,
  call: GuestCall,
  devices: GuestDevices,
  spec: WantedDisk,
): Promise<AddedDisk> {
  const { name } = call.domain;
  if (spec.volume !== '' && (spec.image || spec.linked))
    throw new FleetError(
      'op.refused',
      `${name}: a volume that is there is attached as it is, and not made of an image`,
      {
        fix: 'name the volume or the image',
      },
    );
  const bus = busFor(name, devices, spec.bus);
  const target = spec.target || freeTarget(name, bus, [devices.live, devices.saved]);
  const place = { target, bus, shareable: spec.shareable, readOnly: spec.readOnly === true };
  return spec.volume === '' ? addNew(host, call, devices, spec, place) : addExisting(host, call, devices, spec, place);
}

/** The one that is wanted, or that of the first disk. Throws op.unsupported for one that takes nothing now. */
export function busFor(name: string, { live, now }: GuestDevices, wanted: string): string {
  const first = now.disks.find(({ device }) => device === 'disk');
  const bus = wanted || first?.bus || 'virtio';
  if (!live || !FIXED.has(bus)) return bus;
  throw new FleetError('op.unsupported', `${name} runs: QEMU plugs nothing into the bus ${bus} then`, {
    fix: 'stop it first, or choose virtio or scsi',
  });
}

async function addNew(
  host: Host,
  call: GuestCall,
  devices: GuestDevices,
  spec: WantedDisk,
  place: DiskPlace,
): Promise<AddedDisk> {
  const { fileSystem } = spec;
  const login = fileSystem && (await formatter(host.files, call));
  const volume = await createVolume(call, devices, login ? { ...spec, format: 'raw' } : spec);
  let path = `the volume ${volume.name} in ${volume.pool}`;
  try {
    const medium = await call.change('attach', () => mediumOf(call, volume));
    path = medium.path;
    if (fileSystem) await call.change('format', async () => login?.makeFileSystem(path, fileSystem, call.signal));
    await attachDevice(call, devices, newDisk(medium, place));
  } catch (error) {
    throw await takenBack(call, volume, path, error);
  }
  return { target: place.target, warnings: [] };
}

async function addExisting(
  host: Host,
  call: GuestCall,
  devices: GuestDevices,
  spec: WantedDisk,
  place: DiskPlace,
): Promise<AddedDisk> {
  const medium = await findMedium(host.files, call, spec.volume, spec.format);
  const { client, domain, signal } = call;
  const search = { client, domain, signal, own: 'definition' } as const;
  const warnings = await refuseUsedVolume(host, search, medium, spec.shareable);
  await attachDevice(call, devices, newDisk(medium, place));
  return { target: place.target, warnings };
}

/**
 * Throws op.conflict for a volume that a VM needs, or that another volume is layered on. Of the VM that is to have it, if it is there,
 * only the disks count: what its snapshots need it may have again. What can't be decided is a warning: QEMU locks images, so
 * that two VMs that run can't write to one.
 */
export async function refuseUsedVolume(
  { files: login }: Pick<Host, 'files'>,
  search: Search,
  { path, kin }: Pick<FoundMedium, 'path' | 'kin'>,
  isShared: boolean,
): Promise<readonly Warning[]> {
  const storage = await readStorage(search);
  const files = login && (await trustedFiles(login, search, storage));
  const { known, unsure } = await usersOf(search, storage, files, [path, ...kin], isShared);
  for (const one of [path, ...kin]) {
    const user = known.get(one)?.replace(/^also /, '');
    if (user === undefined) continue;
    const what = one === path ? '' : `${one} is `;
    throw new FleetError('op.conflict', `${path} can't be attached: ${what}${user}`, {
      fix: 'detach it there first, or let all who have it write to it as a shareable disk',
    });
  }
  const doubt = unsure.get(path);
  return doubt === undefined
    ? []
    : [{ feature: 'disk.create', detail: `whether another VM uses it is not known: ${doubt}` }];
}
