import { FleetError } from '../../../errors.ts';
import { type AddressId, addressId, nativeOfListed } from '../../../ids.ts';
import type { Address, AddressOps, LossPlan } from '../../contract.ts';
import { refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import type { Calls } from '../call.ts';
import { planFor } from '../listed-plans.ts';
import { accepted } from '../power.ts';
import { refuseUnknown } from '../refuse-unknown.ts';
import type { FakeServer } from '../server.ts';

export function createAddressOps(server: FakeServer, calls: Calls): Required<AddressOps> {
  const { collections, endpoint } = server;
  const addressOf = (id: AddressId): Address => collections.address.one(id);
  const plan = ({ ip, user }: Address): LossPlan =>
    planFor(ip, user === undefined ? [] : [user], [`the address ${ip}`]);

  return {
    list: (_of, signal) => calls.endpoint('address.list', signal, () => collections.address.all()),
    create: (_of, { name, network, plan: ofPlan }, signal) =>
      calls.endpoint('address.create', signal, () => {
        const all = collections.address.all();
        if (name !== '') refuseTakenName('address', endpoint, all, name);
        if (network !== '') refuseUnknown(server, 'network', network);
        const taken = new Set(all.map(({ ip }) => ip));
        const ip = Array.from({ length: 200 }, (_, at) => `203.0.113.${at + 20}`).find((one) => !taken.has(one));
        if (ip === undefined) throw new FleetError('op.refused', `${endpoint} has no more public addresses`);
        const id = addressId(endpoint, ip);
        collections.address.put({
          id,
          name: name || ip,
          ip,
          network: network || 'public',
          user: undefined,
          privateIp: undefined,
          ...(ofPlan !== undefined && { plan: ofPlan }),
        });
        return { ...accepted(), id, answer: ip };
      }),
    associate: (vm, { address: wanted, privateIp }, signal) =>
      calls.vm('address.associate', vm, signal, ({ name, ips }) => {
        const found = collections.address
          .all()
          .find((one) => [one.ip, one.name, nativeOfListed(one.id)].includes(wanted));
        if (!found) throw new FleetError('address.not-found', `${endpoint} has no address ${JSON.stringify(wanted)}`);
        if (found.user !== undefined && found.user !== name)
          throw new FleetError('op.conflict', `${found.ip} leads to ${found.user}`, { fix: 'disassociate it first' });
        collections.address.put({ ...found, user: name, privateIp: privateIp || ips[0] });
        return accepted();
      }),
    disassociate: (id, signal) =>
      calls.endpoint('address.disassociate', signal, () => {
        const found = addressOf(id);
        if (found.user === undefined) throw new FleetError('op.refused', `${found.ip} leads nowhere`);
        collections.address.put({ ...found, user: undefined, privateIp: undefined });
        return accepted();
      }),
    planDelete: (id, signal) => calls.endpoint('address.planDelete', signal, () => plan(addressOf(id))),
    delete: (id, signal) =>
      calls.endpoint('address.delete', signal, () => {
        refusePlanned(plan(addressOf(id)));
        collections.address.remove(id);
        return accepted();
      }),
  };
}
