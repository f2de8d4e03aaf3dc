import { FleetError } from '../../errors.ts';
import { dnsId, leaseId } from '../../ids.ts';
import type { DnsOps, DnsRecord, Lease, LeaseOps, LossPlan } from '../contract.ts';
import { refusePlanned } from '../lib/listed.ts';
import type { Calls } from './call.ts';
import { accepted } from './power.ts';
import { refuseUnknown } from './refuse-unknown.ts';
import type { FakeServer } from './server.ts';

/** What DHCP has given out, and what is kept. */
export function createLeaseOps(server: FakeServer, calls: Calls): Required<LeaseOps> {
  const { collections, endpoint } = server;
  const leaseOf = (id: string): Lease => collections.lease.one(id);
  const plan = ({ ip, name, reserved }: Lease): LossPlan => ({
    goes: [`the reservation of ${ip} for ${name}`],
    stays: [],
    ...(!reserved && { refused: `${ip} is not reserved: it ends by itself` }),
  });

  return {
    list: (_of, signal) => calls.endpoint('lease.list', signal, () => collections.lease.all()),
    create: (_of, { network, mac, ip, name }, signal) =>
      calls.endpoint('lease.create', signal, () => {
        refuseUnknown(server, 'network', network);
        const other = collections.lease
          .all()
          .find((one) => one.network === network && one.reserved && (one.ip === ip || one.mac === mac));
        if (other)
          throw new FleetError('op.conflict', `${other.ip} is reserved for ${other.name} (${other.mac}) already`);
        const id = leaseId(endpoint, `${network}/${ip}`);
        collections.lease.put({ id, name: name || ip, network, mac, ip, reserved: true, until: undefined });
        return { ...accepted(), id };
      }),
    planDelete: (id, signal) => calls.endpoint('lease.planDelete', signal, () => plan(leaseOf(id))),
    delete: (id, signal) =>
      calls.endpoint('lease.delete', signal, () => {
        refusePlanned(plan(leaseOf(id)));
        collections.lease.remove(id);
        return accepted();
      }),
  };
}

/** Names that the networks answer for. */
export function createDnsOps(server: FakeServer, calls: Calls): Required<DnsOps> {
  const { collections, endpoint } = server;
  const recordOf = (id: string): DnsRecord => collections.dns.one(id);
  const plan = ({ name, type, data }: DnsRecord): LossPlan => ({ goes: [`${name} ${type} ${data}`], stays: [] });

  return {
    list: (_of, signal) => calls.endpoint('dns.list', signal, () => collections.dns.all()),
    create: (_of, { name, zone, type, data, ttl, overwrite = false }, signal) =>
      calls.endpoint('dns.create', signal, () => {
        if (!collections.zone.all().some((one) => one.name === zone)) refuseUnknown(server, 'network', zone);
        const id = dnsId(endpoint, `${zone}/${type}/${name}/${data}`);
        const others = collections.dns
          .all()
          .filter((one) => one.zone === zone && one.name === name && one.type === type);
        if (overwrite) for (const other of others) collections.dns.remove(other.id);
        else if (others.some((one) => one.id === id))
          throw new FleetError('op.conflict', `${zone} has ${name} ${type} ${data} already`);
        collections.dns.put({ id, name, zone, type, ttl, data });
        return { ...accepted(), id };
      }),
    planDelete: (id, signal) => calls.endpoint('dns.planDelete', signal, () => plan(recordOf(id))),
    delete: (id, signal) =>
      calls.endpoint('dns.delete', signal, () => {
        recordOf(id);
        collections.dns.remove(id);
        return accepted();
      }),
  };
}
