import type { VmId } from '../../ids.ts';
import type { VmInfo } from '../contract.ts';
import { asRow } from '../lib/json.ts';
import { readAddresses } from './addresses.ts';
import { bootTimeOf } from './boot-time.ts';
import { attachedDisks } from './details.ts';
import { firewallLines, readGuestFirewall } from './firewall/guest-firewall.ts';
import { type GuestCalls, onGuest } from './guest-call.ts';
import { readGuestConfig } from './guest-config.ts';
import { readSnapshots } from './snapshot/snapshots.ts';
import { stateOf } from './states.ts';

/** `withFirewall`: that of the guest as well, which takes two requests more. */
export const readInfo = (calls: GuestCalls, id: VmId, signal: AbortSignal, withFirewall = false): Promise<VmInfo> =>
  onGuest(calls, id, signal, async (call) => {
    const { guest, current, name } = call;
    const asksForAddresses = current.status === 'running' && (guest.kind === 'lxc' || current.agent);
    const [row, snapshots, firewall, ips] = await Promise.all([
      call.get('/config'),
      readSnapshots(id, call),
      withFirewall ? readGuestFirewall(calls.api, guest, signal) : undefined,
      asksForAddresses ? readAddresses(calls.api, guest, signal) : [],
    ]);
    const config = readGuestConfig(asRow(row, name), guest.kind, guest.vmid);
    const { plan, profile, image, ...others } = config.notes.pairs;
    const started = bootTimeOf(current, undefined, calls.clock.now());
    return {
      state: stateOf(current).state,
      created: config.createdAt,
      ...(started === undefined ? {} : { started }),
      // The watch reads configurations in turn, those on the screen first.
      row: {
        autostart: config.autostart,
        diskCount: attachedDisks(config.disks).length,
        ...(ips.length > 0 ? { ips } : {}),
        ...(plan === undefined ? {} : { plan }),
        ...(profile === undefined ? {} : { profile }),
        ...(image === undefined ? {} : { image }),
      },
      nics: config.nics,
      disks: config.disks.map(({ owned: _owned, ...disk }) => disk),
      snapshots,
      description: config.notes.text || undefined,
      more: [
        ...config.more,
        ...Object.entries(others).map(([key, value]) => ['Metadata', `${key}=${value}`] as const),
        ...(config.sockets > 1 ? [['Sockets', String(config.sockets)] as const] : []),
        ...(guest.pool === undefined ? [] : [['Resource pool', guest.pool] as const]),
        ...(firewall === undefined ? [] : firewallLines(firewall)),
        ...(guest.ha === undefined ? [] : [['High availability', guest.ha] as const]),
      ],
    };
  });
