/** Media in drives: inserted, replaced and ejected, at once where the VM runs, and in what is saved. */
import { FleetError } from '../../../errors.ts';
import type { Host } from '../host/host-call.ts';
import { findForDrive } from '../medium/find-medium.ts';
import { isRefusal, updateDevice } from '../vm/change-device.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import { type GuestDevices, pairOf } from '../vm/guest-devices.ts';
import { type DiskDevice, withMedium } from '../xml/device-xml.ts';

/** `volume` by path or name, or a file or device of the host by its path; empty ejects. */
export async function insertMedium(
  { files }: Pick<Host, 'files'>,
  call: GuestCall,
  devices: GuestDevices,
  { target, device, path }: DiskDevice,
  volume: string,
): Promise<void> {
  const { name } = call.domain;
  if (device !== 'cdrom' && device !== 'floppy')
    throw new FleetError('op.refused', `${name}: ${target} is a ${device}, no drive`);
  const medium = volume === '' ? undefined : await findForDrive(files, call, volume);
  const { live, saved } = pairOf(devices, (of) =>
    of.disks.find((one) => one.target === target && one.device === device),
  );
  const changed = (drive: DiskDevice | undefined) => drive && withMedium(drive.element, medium);
  try {
    await updateDevice(call, { live: changed(live), saved: changed(saved) });
  } catch (error) {
    if (!isRefusal(error) || !live || path === undefined || error.fix !== undefined) throw error;
    const fix = 'the guest may hold it: unmount it there first';
    throw new FleetError(error.code, error.message, { fix, cause: error.cause });
  }
}
