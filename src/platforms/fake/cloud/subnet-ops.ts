import { FleetError } from '../../../errors.ts';
import { type SubnetId, subnetId } from '../../../ids.ts';
import type { LossPlan, Subnet, SubnetOps } from '../../contract.ts';
import { overlapping, refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import type { Calls } from '../call.ts';
import { planFor } from '../listed-plans.ts';
import { networkUsers } from '../network-users.ts';
import { accepted } from '../power.ts';
import { refuseUnknown } from '../refuse-unknown.ts';
import type { FakeServer } from '../server.ts';

export function createSubnetOps(server: FakeServer, calls: Calls): Required<SubnetOps> {
  const { collections, endpoint } = server;
  const subnetOf = (id: SubnetId): Subnet => collections.subnet.one(id);
  /** The VMs of a network have their addresses in its first subnet. */
  const plan = ({ id, name, network, cidr }: Subnet): LossPlan => {
    const isFirst = collections.subnet.all().find((one) => one.network === network)?.id === id;
    return planFor(name, isFirst ? networkUsers(server, network) : [], [`the subnet ${name} (${cidr})`]);
  };

  return {
    list: (_of, signal) => calls.endpoint('subnet.list', signal, () => collections.subnet.all()),
    create: (_of, { name, network, cidr, zone, gateway, dhcp, nameServers, plan: ofPlan }, signal) =>
      calls.endpoint('subnet.create', signal, () => {
        const all = collections.subnet.all();
        refuseTakenName('subnet', endpoint, all, name);
        refuseUnknown(server, 'network', network);
        const other = overlapping(
          cidr,
          all.filter((one) => one.network === network).map((one) => ({ ...one, cidrs: [one.cidr] })),
        );
        if (other) throw new FleetError('op.conflict', `${cidr} overlaps the subnet ${other.name}`);
        const id = subnetId(endpoint, name);
        collections.subnet.put({
          id,
          name,
          network,
          cidr,
          gateway: gateway === '' ? undefined : gateway,
          dhcp,
          zone: zone === '' ? undefined : zone,
          public: false,
          free: undefined,
          nameServers,
          ...(ofPlan !== undefined && { plan: ofPlan }),
        });
        return { ...accepted(), id };
      }),
    update: (id, changes, signal) =>
      calls.endpoint('subnet.update', signal, () => {
        collections.subnet.put({ ...subnetOf(id), ...changes });
        return accepted();
      }),
    planDelete: (id, signal) => calls.endpoint('subnet.planDelete', signal, () => plan(subnetOf(id))),
    delete: (id, signal) =>
      calls.endpoint('subnet.delete', signal, () => {
        refusePlanned(plan(subnetOf(id)));
        collections.subnet.remove(id);
        return accepted();
      }),
  };
}
