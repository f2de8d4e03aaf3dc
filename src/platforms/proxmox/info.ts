import type { VmId } from '../../ids.ts';
import type { Snapshot, VmInfo } from '../contract.ts';
import { readAddresses } from './addresses.ts';
import { type GuestCall, type GuestCalls, onGuest } from './guest-call.ts';
import { readGuestConfig } from './guest-config.ts';
import { asRow, asRows, numberOf, textOf } from './json.ts';
import { stateOf } from './states.ts';

export const readInfo = (calls: GuestCalls, id: VmId, signal: AbortSignal): Promise<VmInfo> =>
  onGuest(calls, id, signal, async (call) => {
    const { guest, current, name } = call;
    const asksForAddresses = current.status === 'running' && (guest.kind === 'lxc' || current.agent);
    const [row, snapshots, ips] = await Promise.all([
      call.get('/config'),
      readSnapshotTree(call),
      asksForAddresses ? readAddresses(calls.api, guest, signal) : [],
    ]);
    const config = readGuestConfig(asRow(row, name), guest.kind, guest.vmid);
    const { state, rawState } = stateOf(current);
    const { plan, profile, image } = config.kcli;
    return {
      name,
      id: guest.key,
      status: state,
      autostart: config.autostart,
      plan,
      profile,
      image,
      ip: ips[0],
      ips,
      memory: current.memory ?? config.memory,
      numcpus: current.cpus ?? config.cores * config.sockets,
      creationdate: config.createdAt,
      nets: config.nics,
      disks: config.disks.map(({ owned: _owned, ...disk }) => disk),
      snapshots,
      description: config.description === '' ? undefined : config.description,
      more: [
        ...config.more,
        ['Node', guest.node],
        ['State', rawState],
        ...(config.sockets > 1 ? [['Sockets', String(config.sockets)] as const] : []),
        ...(guest.ha === undefined ? [] : [['High availability', guest.ha] as const]),
      ],
    };
  });

/** Oldest first; the one that the guest stands on is the current one. */
async function readSnapshotTree(call: GuestCall): Promise<readonly Snapshot[]> {
  const rows = asRows(await call.get('/snapshot'), call.name);
  const now = rows.find((row) => row['name'] === 'current');
  const parent = now ? textOf(now, 'parent') : undefined;
  return rows
    .filter((row) => row !== now)
    .toSorted((a, b) => (numberOf(a, 'snaptime') ?? 0) - (numberOf(b, 'snaptime') ?? 0))
    .flatMap((row) => {
      const snapshot = textOf(row, 'name');
      return snapshot === undefined ? [] : [{ snapshot, current: snapshot === parent }];
    });
}
