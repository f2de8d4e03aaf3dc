import { FleetError } from '../../errors.ts';
import { type NetworkId, networkId } from '../../ids.ts';
import type { LossPlan, Network, NetworkOps } from '../contract.ts';
import { noListed, overlapping, refusePlanned, refuseTakenName } from '../lib/listed.ts';
import type { Calls } from './call.ts';
import { vmInfo } from './info.ts';
import { planFor } from './listed-plans.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';

export function createNetworkOps(server: FakeServer, calls: Calls): Required<NetworkOps> {
  const { collections, endpoint } = server;

  /** The VMs whose NIC is in this network. */
  const usersOf = (name: string): readonly string[] => {
    const { fleet } = server;
    const users: string[] = [];
    for (let row = 0; row < fleet.columns.node.length; row++) {
      const vm = fleet.vm(row);
      if (vm && vmInfo(server, vm, row).nics.some(({ net }) => net === name)) users.push(vm.name);
    }
    return users;
  };
  const networkOf = (id: NetworkId): Network => {
    const found = collections.network.all().find((one) => one.id === id);
    if (!found) throw noListed('network', id);
    return found;
  };
  const plan = ({ name, cidrs }: Network): LossPlan =>
    planFor(name, usersOf(name), [`the network ${name}${cidrs.length > 0 ? ` (${cidrs.join(', ')})` : ''}`]);

  return {
    list: (_of, signal) => calls.endpoint('network.list', signal, () => collections.network.all()),
    create: (_of, { name, mode, cidr, dhcp, device, domain }, signal) =>
      calls.endpoint('network.create', signal, () => {
        const all = collections.network.all();
        refuseTakenName('network', endpoint, all, name);
        if (cidr === '' && mode !== 'bridge') {
          throw new FleetError('op.refused', `${name}: a network of mode ${mode} needs a CIDR`);
        }
        const other = cidr === '' ? undefined : overlapping(cidr, all);
        if (other) throw new FleetError('op.conflict', `${cidr} overlaps the network ${other.name}`);
        const id = networkId(endpoint, name);
        collections.network.put({
          id,
          name,
          type: mode,
          mode,
          node: undefined,
          active: true,
          cidrs: cidr === '' ? [] : [cidr],
          dhcp,
          device: device === '' ? `br-${name}` : device,
          vlan: undefined,
          mtu: 1500,
          domain: domain === '' ? undefined : domain,
        });
        return { ...accepted(), id };
      }),
    planDelete: (id, signal) => calls.endpoint('network.planDelete', signal, () => plan(networkOf(id))),
    delete: (id, signal) =>
      calls.endpoint('network.delete', signal, () => {
        refusePlanned(plan(networkOf(id)));
        collections.network.remove(id);
        return accepted();
      }),
    start: (id, signal) =>
      calls.endpoint('network.start', signal, () => {
        collections.network.put({ ...networkOf(id), active: true });
        return accepted();
      }),
    stop: (id, signal) =>
      calls.endpoint('network.stop', signal, () => {
        collections.network.put({ ...networkOf(id), active: false });
        return accepted();
      }),
  };
}
