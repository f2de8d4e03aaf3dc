import { FleetError } from '../../../errors.ts';
import { type BalancerId, balancerId, dnsId, nativeOf } from '../../../ids.ts';
import type { Balancer, BalancerOps, Vm } from '../../contract.ts';
import { refuseTakenName } from '../../lib/listed.ts';
import type { Calls } from '../call.ts';
import { accepted } from '../power.ts';
import { refuseUnknown } from '../refuse-unknown.ts';
import type { FakeServer } from '../server.ts';

export function createBalancerOps(server: FakeServer, calls: Calls): Required<BalancerOps> {
  const { collections, endpoint, fleet } = server;
  const balancerOf = (id: BalancerId): Balancer => collections.balancer.one(id);
  const vmOf = (word: string): Vm => {
    const found = fleet.inventory().vms.filter((vm) => vm.name === word || nativeOf(vm.id) === word);
    const [vm] = found;
    if (!vm) throw new FleetError('vm.not-found', `${endpoint} has no VM ${JSON.stringify(word)}`);
    if (found.length > 1) throw new FleetError('name.ambiguous', `${found.length} VMs are called ${word}`);
    return vm;
  };
  /** The entry that was made with it, where one was. */
  const entryOf = ({ name, address }: Balancer) =>
    collections.dns.all().find((one) => one.type === 'A' && one.name === name && one.data === address);

  return {
    list: (_of, signal) => calls.endpoint('balancer.list', signal, () => collections.balancer.all()),
    create: (_of, { name, ports, vms, internal, domain, plan }, signal) =>
      calls.endpoint('balancer.create', signal, () => {
        const all = collections.balancer.all();
        refuseTakenName('balancer', endpoint, all, name);
        const members = vms.map((word) => vmOf(word).name);
        if (domain !== '') refuseUnknown(server, 'zone', domain);
        const id = balancerId(endpoint, name);
        const address = internal ? `10.0.255.${all.length + 1}` : `198.51.100.${all.length + 1}`;
        const made = { id, name, type: 'network', address, ports, members, internal, status: 'active', network: 'lan' };
        collections.balancer.put({ ...made, ...(plan !== undefined && { plan }) });
        const entry = { name, zone: domain, type: 'A', ttl: 300, data: address };
        if (domain !== '') collections.dns.put({ ...entry, id: dnsId(endpoint, `${domain}/A/${name}/${address}`) });
        return { ...accepted(), id };
      }),
    planDelete: (id, signal) =>
      calls.endpoint('balancer.planDelete', signal, () => {
        const balancer = balancerOf(id);
        const entry = entryOf(balancer);
        return {
          goes: [`the load balancer ${balancer.name}`, ...(entry ? [`the DNS entry ${entry.name}.${entry.zone}`] : [])],
          stays: balancer.members ?? [],
        };
      }),
    delete: (id, signal) =>
      calls.endpoint('balancer.delete', signal, () => {
        const entry = entryOf(balancerOf(id));
        if (entry) collections.dns.remove(entry.id);
        collections.balancer.remove(id);
        return accepted();
      }),
  };
}
