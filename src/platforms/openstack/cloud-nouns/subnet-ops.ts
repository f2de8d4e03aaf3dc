/** Subnets of Neutron (API reference of Networking v2.0: /subnets). */
import { FleetError } from '../../../errors.ts';
import { type SubnetId, subnetId } from '../../../ids.ts';
import type { LossPlan, SubnetOps } from '../../contract.ts';
import { asRow, type Row, textOf } from '../../lib/json.ts';
import { overlapping, refusePlanned, refuseTakenName, usedBy } from '../../lib/listed.ts';
import { rowIn, textsIn } from '../json.ts';
import { readListed } from '../listed-rows.ts';
import { findNetwork } from '../network/find-network.ts';
import { needed, type Project } from '../project.ts';
import { namesOfServers } from '../server-list.ts';
import { lacks, networkNames, readOwn, type Thing, theThing } from './neutron-thing.ts';

const SUBNETS = ['/subnets', 'subnets'] as const;

export function createSubnetOps(project: Project): Required<SubnetOps> {
  const { cloud } = project;
  const find = (id: SubnetId, signal: AbortSignal) => theThing(project, 'subnet', ['/subnets', 'subnet'], id, signal);

  return {
    async list(_of, signal) {
      const subject = `the subnets of ${cloud.name}`;
      const [rows, networks] = await Promise.all([
        readListed(needed(project.neutron, 'Neutron'), ...SUBNETS, { subject, signal }),
        networkNames(project, signal),
      ]);
      const networkOf = (row: Row) => textOf(row, 'network_id') ?? '';
      // Those of a network that is shared are used like the project's own.
      return rows
        .filter(({ row }) => networks.has(networkOf(row)))
        .map(({ id, name, row, trouble }) => {
          const network = networkOf(row);
          return {
            id: subnetId(cloud.endpoint, id),
            name,
            network: networks.get(network) ?? network,
            cidr: textOf(row, 'cidr') ?? '',
            gateway: textOf(row, 'gateway_ip'),
            dhcp: typeof row['enable_dhcp'] === 'boolean' ? row['enable_dhcp'] : undefined,
            zone: undefined,
            public: undefined,
            free: undefined,
            nameServers: textsIn(row, 'dns_nameservers'),
            ...(trouble && { trouble }),
          };
        });
    },
    async create(_of, spec, signal) {
      const neutron = needed(project.neutron, 'Neutron');
      if (spec.zone !== '') throw lacks('subnets of Neutron are in no zone');
      if ((spec.plan ?? '') !== '') throw lacks('subnets of Neutron are of no plan');
      const [network, all] = await Promise.all([
        findNetwork(project, spec.network, signal),
        readOwn(project, SUBNETS, signal),
      ]);
      refuseTakenName('subnet', cloud.name, all, spec.name);
      const beside = all
        .filter(({ row }) => textOf(row, 'network_id') === network.id)
        .map(({ name, row }) => ({ name, cidrs: [textOf(row, 'cidr') ?? ''] }));
      const other = overlapping(spec.cidr, beside);
      if (other)
        throw new FleetError('op.conflict', `${spec.cidr} overlaps the subnet ${other.name} (${other.cidrs.join()})`);
      const subnet = {
        ...{ name: spec.name, network_id: network.id, cidr: spec.cidr, enable_dhcp: spec.dhcp },
        ip_version: spec.cidr.includes(':') ? 6 : 4,
        ...(spec.gateway !== '' && { gateway_ip: spec.gateway }),
        ...(spec.nameServers.length > 0 && { dns_nameservers: spec.nameServers }),
      };
      const { body } = await neutron.change('POST', '/subnets', { signal, subject: spec.name, json: { subnet } });
      const id = textOf(rowIn(asRow(body, spec.name), 'subnet'), 'id');
      return { warnings: [], ...(id !== undefined && { id: subnetId(cloud.endpoint, id) }) };
    },
    async update(id, { public: isPublic, dhcp, nameServers }, signal) {
      if (isPublic !== undefined) throw lacks('subnets of Neutron give no public addresses: those are associated');
      const { neutron, path, name } = await find(id, signal);
      const subnet = {
        ...(dhcp !== undefined && { enable_dhcp: dhcp }),
        ...(nameServers !== undefined && { dns_nameservers: nameServers }),
      };
      await neutron.change('PUT', path, { signal, subject: name, json: { subnet } });
      return { warnings: [] };
    },
    planDelete: async (id, signal) => planOf(project, await find(id, signal), signal),
    async delete(id, signal) {
      const found = await find(id, signal);
      refusePlanned(await planOf(project, found, signal));
      await found.neutron.change('DELETE', found.path, { signal, subject: found.name });
      return { warnings: [] };
    },
  };
}

async function planOf(project: Project, { neutron, native, name, row }: Thing, signal: AbortSignal): Promise<LossPlan> {
  const query = { fixed_ips: `subnet_id=${native}` };
  const ports = await readListed(neutron, '/ports', 'ports', { subject: `the ports of ${name}`, signal, query });
  const of = ({ row: port }: (typeof ports)[number]) => textOf(port, 'device_owner') ?? '';
  const servers = ports.filter((port) => of(port).startsWith('compute:'));
  const others = ports.filter((port) => !/^(compute:|network:dhcp|network:distributed|$)/.test(of(port)));
  const ids = servers.map((port) => textOf(port.row, 'device_id') ?? '');
  const users = await namesOfServers(project.nova, ids, signal);
  const goes = [`the subnet ${name} (${textOf(row, 'cidr') ?? ''})`];
  if (users.length > 0) return { goes, stays: [], refused: `${usedBy(name, users)}: remove their NICs first` };
  if (others.length === 0) return { goes, stays: [] };
  const words = others.map((port) => `${of(port)} ${textOf(port.row, 'device_id') ?? ''}`.trim());
  return { goes, stays: [], refused: `${name} has an address of ${words.join(', ')}: take it off first` };
}
