/** A disk that grows: by QEMU while its VM runs, by libvirt's storage while that is off. */
import { FleetError } from '../../../errors.ts';
import { type Bytes, formatBytes } from '../../../units.ts';
import { usedBy } from '../../lib/listed.ts';
import { volumeOfDisk } from '../medium/find-volume.ts';
import { RESIZE_BYTES } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { isVolume, vmsWith } from '../storage/domain-disks.ts';
import { isRefusal } from '../vm/change-device.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import type { GuestDevices } from '../vm/guest-devices.ts';
import { snapshotDocuments } from '../vm/other-domains.ts';
import type { DiskDevice } from '../xml/device-xml.ts';

/** libvirt answers when all is written. */
const WRITE_MS = 600_000;

export async function resizeDisk(
  call: GuestCall,
  { live }: GuestDevices,
  disk: DiskDevice,
  size: Bytes,
): Promise<void> {
  const { domain } = call;
  const refuse = (why: string, fix?: string) =>
    new FleetError('op.refused', `${domain.name}: ${disk.target} ${why}`, fix === undefined ? {} : { fix });
  if (disk.device !== 'disk') throw refuse(`is a ${disk.device}: only disks grow`);
  if (disk.readOnly) throw refuse('is read-only');
  const grow = live ? await growing(call, disk) : await growingOff(call, disk);
  if (!grow) {
    throw refuse(
      'is in no active storage, and libvirt resizes no other while a VM is off',
      'start the VM, then grow it',
    );
  }
  if (size < grow.now) throw refuse(`would be cut off: it has ${formatBytes(grow.now)}, and disks can only grow`);
  if (size === grow.now) return;
  await call
    .change('resize', () => grow.send(size))
    .catch(async (error: unknown) => {
      throw await withSnapshots(call, error);
    });
}

interface Growing {
  /** Bytes. */
  readonly now: number;
  send(size: Bytes): Promise<void>;
}

async function growing({ client, domain, signal }: GuestCall, { target: path }: DiskDevice): Promise<Growing> {
  const { capacity } = await client.call(procedures.blockInfo, { domain, path, flags: 0 }, { signal });
  const options = { signal, deadlineMs: WRITE_MS };
  return {
    now: capacity,
    send: (size) => client.call(procedures.blockResize, { domain, path, size, flags: RESIZE_BYTES }, options),
  };
}

async function growingOff(call: GuestCall, disk: DiskDevice): Promise<Growing | undefined> {
  const { client, signal } = call;
  const volume = await volumeOfDisk(call, disk);
  if (!volume) return undefined;
  const { capacity } = await client.call(procedures.volumeInfo, { volume }, { signal });
  // Of a shareable one: an image that QEMU writes to is not to be changed under it.
  const isIt = isVolume(volume, disk.path ?? volume.key);
  const vms = await vmsWith(call, (one) => one.isLive && isIt(one));
  if (vms.length > 0)
    throw new FleetError('op.conflict', usedBy(disk.path ?? disk.target, vms), { fix: 'stop it first' });
  const options = { signal, deadlineMs: WRITE_MS };
  return {
    now: capacity,
    send: (size) => client.call(procedures.resizeVolume, { volume, capacity: size, flags: 0 }, options),
  };
}

/** QEMU grows no image of qcow2's version 2 that has snapshots in it, and doesn't say what to do. */
async function withSnapshots({ client, domain, signal }: GuestCall, error: unknown): Promise<unknown> {
  if (!isRefusal(error) || error.fix !== undefined) return error;
  const snapshots = await snapshotDocuments(client, domain, signal).catch(() => []);
  if (snapshots.length === 0) return error;
  const fix = 'it may be for its snapshots: delete them first';
  return new FleetError(error.code, error.message, { fix, cause: error.cause });
}
