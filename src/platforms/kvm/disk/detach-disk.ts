import type { Clock } from '../../../clock.ts';
import type { Warning } from '../../contract.ts';
import { detachDevice } from '../vm/change-device.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import { type GuestDevices, pairOf } from '../vm/guest-devices.ts';
import type { Devices, DiskDevice } from '../xml/device-xml.ts';
import type { DiskXml } from '../xml/domain-xml.ts';

/** By its name; what is saved under the same name may be another disk, which stays. */
export async function detachDisk(
  call: GuestCall,
  clock: Clock,
  devices: GuestDevices,
  { target }: DiskDevice,
): Promise<readonly Warning[]> {
  const find = (of: Devices) => of.disks.find((disk) => disk.target === target);
  const { live, saved } = pairOf(devices, find);
  const isAnother =
    live !== undefined && saved !== undefined && live.device === 'disk' && placeOf(live) !== placeOf(saved);
  await detachDevice(
    call,
    clock,
    { live: live?.element, saved: isAnother ? undefined : saved?.element },
    target,
    (of) => find(of) !== undefined,
  );
  if (!isAnother) return [];
  return [{ feature: 'disk.detach', detail: `the next start has another disk as ${target}, ${placeOf(saved)}` }];
}

const placeOf = ({ path, elsewhere }: DiskXml): string => path ?? elsewhere ?? 'nothing';
