import { FleetError } from '../../errors.ts';
import { type NetworkId, networkId } from '../../ids.ts';
import type { LossPlan, Network, NetworkOps } from '../contract.ts';
import { overlapping, refusePlanned, refuseTakenName } from '../lib/listed.ts';
import { refuseStaleNetwork } from '../lib/refuse-stale.ts';
import type { Calls } from './call.ts';
import { planFor } from './listed-plans.ts';
import { networkUsers } from './network-users.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';

export function createNetworkOps(server: FakeServer, calls: Calls): Required<NetworkOps> {
  const { collections, endpoint, savedNetworks: saved } = server;

  const networkOf = (id: NetworkId): Network => collections.network.one(id);
  const plan = ({ name, cidrs }: Network): LossPlan =>
    planFor(name, networkUsers(server, name), [
      `the network ${name}${cidrs.length > 0 ? ` (${cidrs.join(', ')})` : ''}`,
    ]);

  return {
    list: (_of, signal) => calls.endpoint('network.list', signal, () => collections.network.all()),
    create: (_of, { name, mode, cidr, dualCidr = '', dhcp, device, domain, mtu = 1500, plan, vlans = [] }, signal) =>
      calls.endpoint('network.create', signal, () => {
        const all = collections.network.all();
        refuseTakenName('network', endpoint, all, name);
        if (cidr === '' && mode !== 'bridge' && mode !== 'macvtap') {
          throw new FleetError('op.refused', `${name}: a network of mode ${mode} needs a CIDR`);
        }
        for (const one of [cidr, dualCidr]) {
          const other = overlapping(one, all);
          if (other) throw new FleetError('op.conflict', `${one} overlaps the network ${other.name}`);
        }
        const id = networkId(endpoint, name);
        collections.network.put({
          id,
          name,
          type: mode,
          mode,
          node: undefined,
          active: true,
          cidrs: [cidr, dualCidr].filter((one) => one !== ''),
          dhcp,
          device: device === '' ? `br-${name}` : device,
          vlan: vlans.length === 1 ? vlans[0] : undefined,
          mtu,
          domain: domain === '' ? undefined : domain,
          ...(plan !== undefined && { plan }),
        });
        return { ...accepted(), id };
      }),
    settings: (id, signal) =>
      calls.endpoint('network.settings', signal, () => {
        const network = networkOf(id);
        const users = network.active ? networkUsers(server, network.name, 'running') : [];
        return { settings: saved.of(network), atRestart: saved.atRestart(network), users };
      }),
    update: (id, changes, basedOn, { restart }, signal) =>
      calls.endpoint('network.update', signal, () => {
        const network = networkOf(id);
        const before = saved.of(network);
        refuseStaleNetwork(network.name, basedOn, before);
        const late = saved
          .atRestart(network)
          .filter((key) => changes[key] !== undefined && !isSame(changes[key], before[key]));
        saved.change(network, changes);
        collections.network.put(saved.applied(network, restart || !network.active));
        if (restart || late.length === 0) return accepted();
        const detail = `${late.join(', ')}: from the next start of ${network.name} on`;
        return { ...accepted(), warnings: [{ feature: 'network.update', detail }] };
      }),
    planDelete: (id, signal) => calls.endpoint('network.planDelete', signal, () => plan(networkOf(id))),
    delete: (id, signal) =>
      calls.endpoint('network.delete', signal, () => {
        refusePlanned(plan(networkOf(id)));
        collections.network.remove(id);
        saved.forget(id);
        return accepted();
      }),
    start: (id, signal) =>
      calls.endpoint('network.start', signal, () => {
        collections.network.put({ ...saved.applied(networkOf(id), true), active: true });
        return accepted();
      }),
    stop: (id, signal) =>
      calls.endpoint('network.stop', signal, () => {
        collections.network.put({ ...networkOf(id), active: false });
        return accepted();
      }),
  };
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
