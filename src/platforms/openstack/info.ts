import type { VmId } from '../../ids.ts';
import type { Nic, VmInfo } from '../contract.ts';
import { onServer, type ServerCalls } from './server-call.ts';
import type { Address, Server } from './servers.ts';
import { readSnapshots } from './snapshot/snapshots.ts';
import { stateOf } from './states.ts';
import type { Neighbours } from './vm/delete.ts';
import { disksOf } from './volume/disks.ts';
import { readVolumes } from './volume/volumes.ts';

export const readInfo = (
  calls: ServerCalls,
  { glance, cinder }: Neighbours,
  id: VmId,
  signal: AbortSignal,
): Promise<VmInfo> =>
  onServer(calls, id, signal, async (call): Promise<VmInfo> => {
    const { server } = call;
    const [volumes, snapshots] = await Promise.all([
      readVolumes(call, cinder),
      readSnapshots(id, glance, call),
      calls.images.learn([server.imageId], signal),
    ]);
    const image = calls.images.nameOf(server.imageId);
    return {
      state: stateOf(server).state,
      created: server.createdAt,
      row: { ips: server.addresses.map(({ ip }) => ip), ...(image === undefined ? {} : { image }) },
      nics: nicsOf(server.addresses),
      disks: disksOf(server, volumes).map(({ goes: _goes, volume: _volume, ...disk }) => disk),
      snapshots,
      description: server.description === '' ? undefined : server.description,
      more: moreOf(server, calls.cloud.region),
    };
  });

/** A port may have several addresses; it is one device. */
function nicsOf(addresses: readonly Address[]): readonly Nic[] {
  const ports = Map.groupBy(addresses, ({ mac, network }) => mac ?? network);
  return [...ports.values()].map((port, index): Nic => {
    const [first] = port;
    const ips = port.map(({ ip }) => ip);
    return { device: `eth${index}`, mac: first?.mac ?? '', net: first?.network ?? '', type: undefined, ips };
  });
}

const KCLI_KEYS = new Set(['plan', 'profile']);

function moreOf(server: Server, region: string | undefined): VmInfo['more'] {
  const { flavor } = server;
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Flavor', flavor?.name],
    ['Floating', server.addresses.flatMap(({ ip, floating }) => (floating ? ip : [])).join(', ')],
    ['Zone', server.zone],
    ['Host', server.hypervisor],
    ['Region', region],
    ['Project', server.project],
    ['Key pair', server.keyName],
    ['Locked', server.locked ? (server.lockedReason ?? 'yes') : undefined],
    ['Fault', server.fault?.message],
    ['Tags', server.tags.join(', ')],
    ...Object.entries(server.metadata).filter(([key]) => !KCLI_KEYS.has(key)),
  ];
  return lines.flatMap(([label, value]) =>
    value === undefined || value === '' || label === '' ? [] : [[label, value]],
  );
}
