/** Floating IPs of Neutron (API reference of Networking v2.0: /floatingips). Their names are kept as their descriptions. */
import { FleetError } from '../../../errors.ts';
import { type AddressId, addressId, nativeOf, type VmId } from '../../../ids.ts';
import type { Address, AddressOps, AssociateSpec, LossPlan } from '../../contract.ts';
import { asRow, type Row, textOf } from '../../lib/json.ts';
import { refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import { rowIn, rowsIn } from '../json.ts';
import { type ListedRow, readListed } from '../listed-rows.ts';
import { findNetwork } from '../network/find-network.ts';
import { needed, type Project } from '../project.ts';
import { onServer } from '../server-call.ts';
import { namesOfServers, readServerNames } from '../server-list.ts';
import { networkNames, readOwn, type Thing, theThing } from './neutron-thing.ts';

const PATH = '/floatingips';
const LIST = [PATH, 'floatingips'] as const;

export function createAddressOps(project: Project): Required<AddressOps> {
  const { cloud, calls } = project;
  const find = (id: AddressId, signal: AbortSignal) => theThing(project, 'address', [PATH, 'floatingip'], id, signal);

  return {
    async list(_of, signal) {
      const [rows, networks] = await Promise.all([readOwn(project, LIST, signal), networkNames(project, signal)]);
      const isUsed = rows.some(({ row }) => serverOf(row) !== undefined);
      const { name: subject, address } = cloud;
      const options = { subject, allProjects: address.allProjects, signal };
      const servers = isUsed ? await readServerNames(project.nova, options) : new Map<string, string>();
      return rows.map((listed) => addressOf(project, listed, networks, servers));
    },
    async create(_of, { name, network, plan }, signal) {
      if ((plan ?? '') !== '') throw new FleetError('op.unsupported', 'floating IPs are of no plan');
      if (name !== '') refuseTakenName('address', cloud.name, (await readOwn(project, LIST, signal)).map(named), name);
      const outside =
        network === '' ? await usualNetwork(project, signal) : await findNetwork(project, network, signal);
      const floatingip = { floating_network_id: outside.id, description: name };
      const neutron = needed(project.neutron, 'Neutron');
      const { body } = await neutron.change('POST', PATH, { signal, subject: outside.name, json: { floatingip } });
      const row = rowIn(asRow(body, outside.name), 'floatingip');
      const [id, ip] = [textOf(row, 'id'), textOf(row, 'floating_ip_address')];
      return {
        warnings: [],
        ...(id !== undefined && { id: addressId(cloud.endpoint, id) }),
        ...(ip !== undefined && { answer: ip }),
      };
    },
    associate: (vm, spec, signal) =>
      onServer(calls, vm, signal, async ({ name }) => {
        const { id, row } = await addressCalled(project, spec.address, signal);
        const server = serverOf(row);
        if (server === nativeOf(vm) && spec.privateIp === '') return { warnings: already(spec.address, name) };
        const port = textOf(row, 'port_id');
        if (port !== undefined && server !== nativeOf(vm))
          throw new FleetError('op.conflict', `${spec.address} leads to ${await userOf(project, row, signal)}`, {
            fix: 'disassociate it there first',
          });
        const json = { floatingip: await portOf(project, vm, name, spec, signal) };
        await needed(project.neutron, 'Neutron').change('PUT', `${PATH}/${id}`, { signal, subject: name, json });
        calls.news({ server: nativeOf(vm) });
        return { warnings: [] };
      }),
    async disassociate(id, signal) {
      const { neutron, path, row } = await find(id, signal);
      const ip = ipOf(row);
      if (textOf(row, 'port_id') === undefined) throw new FleetError('op.refused', `${ip} leads nowhere`);
      await neutron.change('PUT', path, { signal, subject: ip, json: { floatingip: { port_id: null } } });
      const server = serverOf(row);
      if (server !== undefined) calls.news({ server });
      return { warnings: [] };
    },
    planDelete: async (id, signal) => planOf(project, await find(id, signal), signal),
    async delete(id, signal) {
      const found = await find(id, signal);
      refusePlanned(await planOf(project, found, signal));
      await found.neutron.change('DELETE', found.path, { signal, subject: ipOf(found.row) });
      return { warnings: [] };
    },
  };
}

const ipOf = (row: Row): string => textOf(row, 'floating_ip_address') ?? 'the floating IP';
const serverOf = (row: Row): string | undefined => {
  const port = rowIn(row, 'port_details');
  return textOf(port, 'device_owner')?.startsWith('compute:') ? textOf(port, 'device_id') : undefined;
};
const named = ({ row }: ListedRow) => ({ name: textOf(row, 'description') ?? ipOf(row) });
const already = (ip: string, vm: string) => [{ feature: 'address.associate', detail: `${ip} leads to ${vm} already` }];

function addressOf(
  { cloud }: Project,
  listed: ListedRow,
  networks: ReadonlyMap<string, string>,
  servers: ReadonlyMap<string, string>,
): Address {
  const { id, row, trouble } = listed;
  const network = textOf(row, 'floating_network_id');
  const server = serverOf(row);
  const port = textOf(row, 'port_id');
  return {
    id: addressId(cloud.endpoint, id),
    ...named(listed),
    ip: ipOf(row),
    network: network === undefined ? undefined : (networks.get(network) ?? network),
    user: server === undefined ? port && `port ${port}` : (servers.get(server) ?? server),
    privateIp: textOf(row, 'fixed_ip_address'),
    ...(trouble && { trouble }),
  };
}

async function usualNetwork(project: Project, signal: AbortSignal): Promise<ListedRow> {
  const { cloud } = project;
  const neutron = needed(project.neutron, 'Neutron');
  const subject = `the outside networks of ${cloud.name}`;
  const query = { 'router:external': 'true' };
  const [one, ...others] = await readListed(neutron, '/networks', 'networks', { subject, signal, query });
  if (one && others.length === 0) return one;
  const why = one ? 'several networks that lead outside' : 'no network that leads outside';
  throw new FleetError('network.not-found', `${cloud.endpoint} has ${why}`, { fix: 'name one' });
}

/** By address, by name or by id. Rejects with address.not-found. */
async function addressCalled(project: Project, asked: string, signal: AbortSignal): Promise<ListedRow> {
  const all = await readOwn(project, LIST, signal);
  const found =
    all.find(({ row }) => ipOf(row) === asked) ?? all.find((one) => named(one).name === asked || one.id === asked);
  if (found) return found;
  const { endpoint } = project.cloud;
  throw new FleetError('address.not-found', `${endpoint} has no public address ${JSON.stringify(asked)}`);
}

async function userOf(project: Project, row: Row, signal: AbortSignal): Promise<string> {
  const server = serverOf(row);
  const [name] = server === undefined ? [] : await namesOfServers(project.nova, [server], signal);
  return name ?? `the port ${textOf(row, 'port_id')}`;
}

/** The port of the server that it is to lead to, with its address where that was said. */
async function portOf(
  { neutron }: Project,
  vm: VmId,
  name: string,
  { privateIp }: AssociateSpec,
  signal: AbortSignal,
): Promise<Row> {
  const query = { device_id: nativeOf(vm) };
  const body = await needed(neutron, 'Neutron').get('/ports', { signal, subject: name, query });
  const ports = rowsIn(body, 'ports').flatMap((row) => {
    const ips = rowsIn(row, 'fixed_ips').flatMap((one) => textOf(one, 'ip_address') ?? []);
    const id = textOf(row, 'id');
    return id === undefined ? [] : [{ id, ips }];
  });
  const isMeant = (ip: string) => (privateIp === '' ? !ip.includes(':') : ip === privateIp);
  const port = ports.find(({ ips }) => ips.some(isMeant));
  const ip = port?.ips.find(isMeant);
  if (port && ip !== undefined) return { port_id: port.id, fixed_ip_address: ip };
  const which = privateIp === '' ? 'an IPv4 address' : `the address ${privateIp}`;
  throw new FleetError('op.refused', `${name} has no NIC with ${which}`);
}

async function planOf(project: Project, { row }: Thing, signal: AbortSignal): Promise<LossPlan> {
  const ip = ipOf(row);
  const goes = [`the floating IP ${ip}`];
  if (textOf(row, 'port_id') === undefined) return { goes, stays: [] };
  return { goes, stays: [], refused: `${ip} leads to ${await userOf(project, row, signal)}: disassociate it first` };
}
