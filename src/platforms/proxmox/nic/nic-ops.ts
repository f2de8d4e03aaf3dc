/** Network cards of a guest, which are settings of it: `net0: virtio=BC:24:11:…,bridge=vmbr0,tag=10`. */
import { FleetError } from '../../../errors.ts';
import { type NicId, nativeOfPart, nicId, vmOf } from '../../../ids.ts';
import type { NicOps } from '../../contract.ts';
import { textOf } from '../../lib/json.ts';
import { listNics, nativesOfNics, noPart } from '../../lib/parts.ts';
import { checkMac, oneOf, refused } from '../../lib/spec-values.ts';
import type { Parts } from '../disk/parts.ts';
import { NIC_MODELS } from '../form/fields.ts';
import { newMac } from '../form/spec.ts';
import { freeKey, MOST, nicText } from '../form/texts.ts';
import { type GuestCall, onGuest } from '../guest-call.ts';
import { bridgeOf, readBridges } from '../make/place.ts';
import { type ConfigNow, changeConfig, readConfigNow } from '../vm/change-config.ts';

export function createNicOps({ calls, info }: Parts): Required<NicOps> {
  const { api } = calls;
  const on = <T>(id: NicId, signal: AbortSignal, work: (call: GuestCall, now: ConfigNow, key: string) => Promise<T>) =>
    onGuest(calls, vmOf(id), signal, async (call) => {
      const now = await readConfigNow(call);
      const at = nativesOfNics(now.config.nics).indexOf(nativeOfPart(id));
      const key = keysOf(now)[at];
      if (key === undefined) throw noPart('nic', call.name, id);
      return work(call, now, key);
    });

  return {
    list: listNics(info),
    create: (vm, { network, model, mac }, signal) =>
      onGuest(calls, vm, signal, async (call) => {
        const { guest, name } = call;
        const now = await readConfigNow(call);
        checkMac(mac);
        const address = mac || newMac();
        if (now.config.nics.some((nic) => nic.mac.toLowerCase() === address.toLowerCase()))
          throw new FleetError('op.conflict', `${name} has a NIC with the address ${address} already`);
        const key = freeKey('net', now.keys, MOST['net'] ?? 0);
        if (key === undefined) throw refused(`${name} has no free place for a NIC`);
        const bridge = bridgeOf(await readBridges(api, guest.node, signal), guest.node, network);
        const wanted = {
          network,
          mac: address,
          model: oneOf(NIC_MODELS, model || NIC_MODELS[0], 'model of a NIC'),
          options: [],
        };
        const text = nicText(guest.kind, wanted, bridge, Number(key.slice('net'.length)));
        return { warnings: await changeConfig(calls, call, { [key]: text }, now), id: nicId(vm, address) };
      }),
    delete: (id, signal) =>
      on(id, signal, async (call, now, key) => ({ warnings: await changeConfig(calls, call, { delete: key }, now) })),
    connect: (id, network, signal) =>
      on(id, signal, async (call, now, key) => {
        const { node } = call.guest;
        const bridge = bridgeOf(await readBridges(api, node, signal), node, network);
        const before = textOf(now.row, key) ?? '';
        // model, address and all else stay; a card without a bridge had QEMU's own network
        const text = /(^|,)bridge=/.test(before)
          ? before.replace(/(^|,)bridge=[^,]*/, (_all, comma) => `${comma}bridge=${bridge}`)
          : `${before},bridge=${bridge}`;
        return { warnings: await changeConfig(calls, call, { [key]: text }, now) };
      }),
  };
}

/** `net0`, in the order of the NICs that are read of them. */
const keysOf = ({ row }: ConfigNow): readonly string[] =>
  Object.keys(row)
    .filter((key) => /^net\d+$/.test(key))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
