/** Disks and drives of a guest as rows of its settings: what they are, and what a row that was changed comes to. */
import { FleetError } from '../../../errors.ts';
import { bytes, formatBytes, gib } from '../../../units.ts';
import type { DiskSpec, Settings, Warning } from '../../contract.ts';
import { textIn } from '../../lib/spec-values.ts';
import { addDisk, busFor, refuseUsedVolume } from '../disk/add-disk.ts';
import { detachDisk } from '../disk/detach-disk.ts';
import { insertMedium } from '../disk/insert-medium.ts';
import { resizeDisk } from '../disk/resize-disk.ts';
import { freeTarget, isTarget } from '../disk/target-names.ts';
import type { Host } from '../host/host-call.ts';
import { readFileSystem } from '../medium/file-system.ts';
import { findForDrive, findMedium } from '../medium/find-medium.ts';
import { volumeOfDisk } from '../medium/find-volume.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';
import { unlessGone } from '../vm/guest.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import type { GuestDevices } from '../vm/guest-devices.ts';
import type { Devices, DiskDevice } from '../xml/device-xml.ts';
import { SECTOR } from './fields.ts';
import type { PartChange, RowChange } from './row-changes.ts';

/** Of a new one that says no size. */
const USUAL_SIZE = gib(10);
/** QEMU is asked for a disk in no storage; one whose monitor hangs answers never. */
const BLOCK_INFO_MS = 1_500;

const isDrive = (device: string): boolean => device === 'cdrom' || device === 'floppy';

/** A volume goes by its name in its storage, or by its path where no active storage has it. */
export const diskRows = (call: GuestCall, { disks }: Devices): Promise<readonly Settings[]> =>
  Promise.all(
    disks.map(async (disk): Promise<Settings> => {
      const { target: device, device: type, bus, readOnly, shareable } = disk;
      const volume = await volumeOfDisk(call, disk).catch(unlessGone(undefined));
      const name = volume?.name ?? disk.path ?? disk.elsewhere ?? '';
      const base = { device, type, bus, 'read-only': readOnly, shareable };
      if (isDrive(type)) return { ...base, medium: name };
      const size = volume ? await sizeOf(call, volume) : await sizeOutside(call, disk);
      return {
        ...base,
        volume: name,
        ...(volume && { storage: volume.pool }),
        ...(disk.format !== '' && { format: disk.format }),
        ...(size !== undefined && { size }),
      };
    }),
  );

const sizeOf = ({ client, signal }: GuestCall, volume: Volume): Promise<number | undefined> =>
  client
    .call(procedures.volumeInfo, { volume }, { signal })
    .then(({ capacity }) => capacity)
    .catch(unlessGone(undefined));

async function sizeOutside({ client, domain, signal }: GuestCall, { path }: DiskDevice): Promise<number | undefined> {
  if (path === undefined) return undefined;
  return client
    .call(procedures.blockInfo, { domain, path, flags: 0 }, { signal, deadlineMs: BLOCK_INFO_MS })
    .then(({ capacity }) => capacity)
    .catch((error: unknown) => {
      if (error instanceof FleetError && error.code === 'op.timeout') return undefined;
      return unlessGone(undefined)(error);
    });
}

/** Looks a change up, and answers how it is made. Rejects with the reason why it can't be. */
export async function diskChange(
  host: Host,
  call: GuestCall,
  devices: GuestDevices,
  { from, to }: RowChange,
): Promise<PartChange> {
  if (!to) return detached(host, textIn(from ?? {}, 'device'));
  return from ? changed(host, call, devices, from, to) : added(host, call, devices, to);
}

const diskCalled = (call: GuestCall, { now }: GuestDevices, target: string): DiskDevice => {
  const disk = now.disks.find((one) => one.target === target);
  if (disk) return disk;
  throw new FleetError('disk.not-found', `${call.domain.name} has no disk ${JSON.stringify(target)}`);
};

const detached = ({ clock }: Host, target: string): PartChange => ({
  warnings: [],
  what: `detach ${target}`,
  send: async (call, devices) => detachDisk(call, clock, devices, diskCalled(call, devices, target)),
});

async function added(host: Host, call: GuestCall, devices: GuestDevices, row: Settings): Promise<PartChange> {
  const { name } = call.domain;
  const refused = (why: string) => new FleetError('op.refused', `${name}: ${why}`);
  if (textIn(row, 'type') !== '' && row['type'] !== 'disk')
    throw refused(`a ${textIn(row, 'type')} can't be added, only disks`);
  const bus = busFor(name, devices, textIn(row, 'bus'));
  const free = freeTarget(name, bus, [devices.live, devices.saved]);
  const target = textIn(row, 'device');
  if (target !== '' && !isTarget(bus, target))
    throw refused(`no disk on ${bus} is called ${JSON.stringify(target)}, but ${free} is free`);
  const size = sizeIn(name, row) ?? USUAL_SIZE;
  const spec = {
    volume: textIn(row, 'volume'),
    size,
    storage: textIn(row, 'storage'),
    format: textIn(row, 'format'),
    bus,
    shareable: row['shareable'] === true,
    readOnly: row['read-only'] === true,
    fileSystem: readFileSystem(row, textIn(row, 'format'), textIn(row, 'volume')),
    ...(target !== '' && { target }),
  };
  if (spec.storage !== '')
    await call.client.call(procedures.poolByName, { name: spec.storage }, { signal: call.signal });
  return {
    warnings: spec.volume === '' ? [] : await doubts(host, call, spec),
    what: `add ${target || 'a disk'}`,
    send: async (now, all) => (await addDisk(host, now, all, spec)).warnings,
  };
}

async function doubts(
  host: Host,
  call: GuestCall,
  { volume, format, shareable }: Pick<DiskSpec, 'volume' | 'format' | 'shareable'>,
): Promise<readonly Warning[]> {
  const { client, domain, signal } = call;
  const medium = await findMedium(host.files, call, volume, format);
  return refuseUsedVolume(host, { client, domain, signal, own: 'definition' }, medium, shareable);
}

/** A size, and the medium of a drive: all else is what the disk was made of. */
async function changed(
  host: Host,
  call: GuestCall,
  devices: GuestDevices,
  from: Settings,
  to: Settings,
): Promise<PartChange> {
  const { name } = call.domain;
  const target = textIn(from, 'device');
  const disk = diskCalled(call, devices, target);
  const medium = to['medium'];
  if (medium !== undefined && medium !== from['medium']) {
    const volume = textIn(to, 'medium');
    if (volume !== '') await findForDrive(host.files, call, volume);
    return {
      warnings: [],
      what: volume === '' ? `empty ${target}` : `put ${volume} into ${target}`,
      async send(now, all) {
        await insertMedium(host, now, all, diskCalled(now, all, target), volume);
        return [];
      },
    };
  }
  const [before, size] = [from['size'], sizeIn(name, to)];
  const refused = (why: string, fix?: string) =>
    new FleetError('op.refused', `${name}: ${target} ${why}`, fix === undefined ? {} : { fix });
  if (size === undefined) throw refused('needs a size');
  if (typeof before === 'number' && size < before)
    throw refused(`would be cut off: it has ${formatBytes(bytes(before))}, and disks can only grow`);
  if (disk.readOnly) throw refused('is read-only');
  if (call.domain.id !== -1 && !devices.live)
    throw refused('grows at once, in the VM that runs as well', 'change what runs instead (--running)');
  return {
    warnings: [],
    what: `grow ${target}`,
    async send(now, all) {
      await resizeDisk(now, all, diskCalled(now, all, target), size);
      return [];
    },
  };
}

function sizeIn(name: string, row: Settings) {
  const size = row['size'];
  if (typeof size !== 'number') return undefined;
  if (size % SECTOR === 0) return bytes(size);
  throw new FleetError('op.refused', `${name}: the size of a disk is a number of sectors of ${SECTOR} bytes`, {
    fix: 'give it in MiB or GiB',
  });
}
