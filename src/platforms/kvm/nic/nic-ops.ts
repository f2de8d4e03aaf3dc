import { type NicId, nativeOfPart, nicId, vmOf } from '../../../ids.ts';
import type { NicOps, VmOps } from '../../contract.ts';
import { listNics, nativesOfNics, noPart } from '../../lib/parts.ts';
import type { Host } from '../host/host-call.ts';
import { DONE, type GuestCall, type GuestCalls, onGuest } from '../vm/guest-call.ts';
import { type GuestDevices, type Pair, pairOf, readToChange } from '../vm/guest-devices.ts';
import type { Devices, NicDevice } from '../xml/device-xml.ts';
import { addNic, connectNic, removeNic } from './change-nic.ts';

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
      const pair = pairOf(devices, nicCalled(nativeOfPart(id)));
      if (!(devices.live ? pair.live : pair.saved)) throw noPart('nic', call.domain.name, id);
      return work(call, pair, devices);
    });

  return {
    list: listNics(info),
    create: (vm, spec, signal) =>
      onGuest(calls, vm, signal, async (call) => {
        const mac = await addNic(call, await readToChange(call), spec);
        return { ...DONE, id: nicId(vm, mac) };
      }),
    delete: (id, signal) =>
      onNic(id, signal, async (call, pair, devices) => {
        await removeNic(call, clock, devices, pair);
        return DONE;
      }),
    connect: (id, network, signal) =>
      onNic(id, signal, async (call, pair) => {
        await connectNic(call, pair, network);
        return DONE;
      }),
  };
}

/** By what it goes by: its address, with a number where another one has the same. */
export const nicCalled =
  (native: string) =>
  ({ nics }: Devices): NicDevice | undefined =>
    nics[nativesOfNics(nics).indexOf(native)];
