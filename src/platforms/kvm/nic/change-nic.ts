/** NICs of a guest that is there: plugged in and out, and into other networks. */
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import type { NicSpec } from '../../contract.ts';
import { attachDevice, detachDevice, updateDevice } from '../vm/change-device.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import type { GuestDevices, Pair } from '../vm/guest-devices.ts';
import { type Devices, type NicDevice, newNic, withPlug } from '../xml/device-xml.ts';
import { freeMac } from './mac.ts';
import { plugOf } from './plug-of.ts';

/** Answers its address. Rejects with network.not-found, and op.conflict for an address that is taken. */
export async function addNic(
  call: GuestCall,
  devices: GuestDevices,
  { network, model, mac: wanted }: NicSpec,
): Promise<string> {
  const type = modelOf(call.domain.name, model);
  const plug = await plugOf(call, network);
  const mac = await freeMac(call, wanted);
  await attachDevice(call, devices, newNic(plug, type, mac));
  return mac;
}

/** Rejects with op.timeout for a guest that does not let go of it. */
export async function removeNic(
  call: GuestCall,
  clock: Clock,
  devices: GuestDevices,
  { live, saved }: Pair<NicDevice>,
): Promise<void> {
  const { mac } = live ?? saved ?? { mac: '' };
  const count = ({ nics }: Devices) => nics.filter((nic) => nic.mac === mac).length;
  const before = count(devices.now);
  const pair = { live: live?.element, saved: saved?.element };
  await detachDevice(call, clock, pair, `the NIC ${mac}`, (now) => count(now) >= before);
}

/** Rejects with network.not-found. */
export async function connectNic(call: GuestCall, { live, saved }: Pair<NicDevice>, network: string): Promise<void> {
  const plug = await plugOf(call, network);
  const changed = (nic: NicDevice | undefined) => nic && withPlug(nic.element, plug);
  await updateDevice(call, { live: changed(live), saved: changed(saved) });
}

/** libvirt asks QEMU whether it has it. Throws op.refused for what is no word. */
export function modelOf(vm: string, model: string): string {
  if (/^[\w.-]*$/.test(model)) return model || 'virtio';
  throw new FleetError('op.refused', `${vm}: there is no model ${JSON.stringify(model)} of a NIC`);
}
