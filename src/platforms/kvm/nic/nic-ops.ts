import { FleetError } from '../../../errors.ts';
import { type NicId, nativeOfPart, nicId, vmOf } from '../../../ids.ts';
import type { NicOps, VmOps } from '../../contract.ts';
import { listNics, nativesOfNics, noPart } from '../../lib/parts.ts';
import type { Host } from '../host/host-call.ts';
import { attachDevice, detachDevice, updateDevice } from '../vm/change-device.ts';
import { DONE, type GuestCall, type GuestCalls, onGuest } from '../vm/guest-call.ts';
import { type GuestDevices, type Pair, pairOf, readToChange } from '../vm/guest-devices.ts';
import { type Devices, type NicDevice, newNic, withPlug } from '../xml/device-xml.ts';
import { freeMac } from './mac.ts';
import { plugOf } from './plug-of.ts';

/**
 * The NICs of a guest. They go by their addresses: their names are numbers in the order of the definition, which others take
 * when one is removed.
 */
export function createNicOps(calls: GuestCalls, { clock }: Pick<Host, 'clock'>, info: VmOps['info']): Required<NicOps> {
  const onNic = <T>(
    id: NicId,
    signal: AbortSignal,
    work: (call: GuestCall, pair: Pair<NicDevice>, devices: GuestDevices) => Promise<T>,
  ): Promise<T> =>
    onGuest(calls, vmOf(id), signal, async (call) => {
      const devices = await readToChange(call);
      const pair = pairOf(devices, byNative(nativeOfPart(id)));
      if (!(devices.live ? pair.live : pair.saved)) throw noPart('nic', call.domain.name, id);
      return work(call, pair, devices);
    });

  return {
    list: listNics(info),
    create: (vm, { network, model, mac: wanted }, signal) =>
      onGuest(calls, vm, signal, async (call) => {
        const type = modelOf(call.domain.name, model);
        const devices = await readToChange(call);
        const plug = await plugOf(call, network);
        const mac = await freeMac(call, wanted);
        await attachDevice(call, devices, newNic(plug, type, mac));
        return { ...DONE, id: nicId(vm, mac) };
      }),
    delete: (id, signal) =>
      onNic(id, signal, async (call, { live, saved }, devices) => {
        const { mac } = live ?? saved ?? { mac: '' };
        const count = ({ nics }: Devices) => nics.filter((nic) => nic.mac === mac).length;
        const before = count(devices.now);
        const pair = { live: live?.element, saved: saved?.element };
        await detachDevice(call, clock, pair, `the NIC ${mac}`, (now) => count(now) >= before);
        return DONE;
      }),
    connect: (id, network, signal) =>
      onNic(id, signal, async (call, { live, saved }) => {
        const plug = await plugOf(call, network);
        const changed = (nic: NicDevice | undefined) => nic && withPlug(nic.element, plug);
        await updateDevice(call, { live: changed(live), saved: changed(saved) });
        return DONE;
      }),
  };
}

const byNative =
  (native: string) =>
  ({ nics }: Devices): NicDevice | undefined =>
    nics[nativesOfNics(nics).indexOf(native)];

/** libvirt asks QEMU whether it has it. Throws op.refused for what is no word. */
function modelOf(vm: string, model: string): string {
  if (/^[\w.-]*$/.test(model)) return model || 'virtio';
  throw new FleetError('op.refused', `${vm}: there is no model ${JSON.stringify(model)} of a NIC`);
}
