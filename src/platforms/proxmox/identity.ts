import { FleetError } from '../../errors.ts';
import { nativeOf, type VmId } from '../../ids.ts';
import type { VmIdentity } from '../contract.ts';
import { asRow } from '../lib/json.ts';
import { type GuestCalls, pathOf } from './guest-call.ts';
import { mayRecur, readGuestConfig } from './guest-config.ts';
import type { Guest } from './guests.ts';

/** Which guest has this VMID now, in one request: freed VMIDs are given out again. Rejects with vm.not-found. */
export async function readIdentity({ api, index }: GuestCalls, id: VmId, signal: AbortSignal): Promise<VmIdentity> {
  const key = nativeOf(id);
  const read = async (guest: Guest): Promise<VmIdentity> => {
    const row = asRow(await api.get(`${pathOf(guest)}/config`, { signal, subject: guest.name }), guest.name);
    const { name, identity } = readGuestConfig(row, guest.kind, guest.vmid);
    return { name: name ?? guest.name, identity, ...(mayRecur(identity) && { mayRecur: true as const }) };
  };
  return read(await index.guest(key, signal)).catch(async (error: unknown) => {
    // It may have moved to another node since the list was read.
    if (!(error instanceof FleetError && error.code === 'vm.not-found')) throw error;
    return read(await index.refreshed(key, signal));
  });
}
