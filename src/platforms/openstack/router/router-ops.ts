/** Routers of Neutron (API reference of Networking v2.0: /routers). */
import { FleetError } from '../../../errors.ts';
import { type RouterId, routerId } from '../../../ids.ts';
import type { LossPlan, Router, RouterOps } from '../../contract.ts';
import { sendSteps } from '../../lib/change-steps.ts';
import { asRow, type Row, textOf } from '../../lib/json.ts';
import { refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import { type Made, shellWord, takeBack } from '../../lib/take-back.ts';
import { networkNames, readOwn, type Thing, theThing } from '../cloud-nouns/neutron-thing.ts';
import { rowIn, rowsIn, timeOf } from '../json.ts';
import { type ListedRow, readListed } from '../listed-rows.ts';
import { findNetwork } from '../network/find-network.ts';
import { needed, type Project } from '../project.ts';
import { portsOfRouter, readRouterPorts, subnetsOfPort } from './router-ports.ts';

const ROUTERS = ['/routers', 'routers'] as const;

export function createRouterOps(project: Project): Required<RouterOps> {
  const { cloud } = project;
  const find = (id: RouterId, signal: AbortSignal) => theThing(project, 'router', ['/routers', 'router'], id, signal);

  async function plan({ neutron, native, name }: Thing, signal: AbortSignal): Promise<LossPlan> {
    const goes = [`the router ${name}`];
    const ports = await portsOfRouter(neutron, native, name, signal);
    if (ports.length === 0) return { goes, stays: [] };
    const names = networksOf(ports, await networkNames(project, signal));
    return { goes, stays: [], refused: `${name} leads to ${names.join(', ')}: disconnect them first` };
  }

  return {
    async list(_of, signal) {
      const neutron = needed(project.neutron, 'Neutron');
      const [rows, names, ports] = await Promise.all([
        readOwn(project, ROUTERS, signal),
        networkNames(project, signal),
        readRouterPorts(neutron, `the routers of ${cloud.name}`, signal),
      ]);
      const byRouter = Map.groupBy(ports, ({ row }) => textOf(row, 'device_id') ?? '');
      return rows.map((listed) => routerOf(project, listed, byRouter.get(listed.id) ?? [], names));
    },
    async create(_of, { name, outside }, signal) {
      refuseTakenName('router', cloud.name, await readOwn(project, ROUTERS, signal), name);
      const router = { name, ...(outside !== '' && (await wayOut(project, outside, signal))) };
      const neutron = needed(project.neutron, 'Neutron');
      const { body } = await neutron.change('POST', '/routers', { signal, subject: name, json: { router } });
      const id = textOf(rowIn(asRow(body, name), 'router'), 'id');
      return { warnings: [], ...(id !== undefined && { id: routerId(cloud.endpoint, id) }) };
    },
    async update(id, { outside }, signal) {
      const { neutron, native, path, name } = await find(id, signal);
      const router = outside === '' ? { external_gateway_info: {} } : await wayOut(project, outside, signal);
      const used = await floatingOf(project, native, name, signal);
      if (used.length > 0) throw inUse(name, 'its way outside', used);
      await neutron.change('PUT', path, { signal, subject: name, json: { router } });
      return { warnings: [] };
    },
    async connect(id, asked, signal) {
      const router = await find(id, signal);
      const network = await findNetwork(project, asked, signal);
      const [subnets, left] = await subnetsOf(router, network, signal);
      const there = (await portsOfRouter(router.neutron, router.native, router.name, signal, network.id)).flatMap(
        ({ row }) => subnetsOfPort(row),
      );
      const wanted = subnets.filter((subnet) => !there.includes(subnet));
      if (wanted.length === 0)
        return {
          warnings: [{ feature: 'router.connect', detail: `${router.name} leads to ${network.name} already` }],
        };
      await plugIn(router, network.name, wanted, signal);
      return {
        warnings: left.map((name) => ({
          feature: 'router.connect',
          detail: `its subnet ${name} is left out: it has no gateway, whose address a router takes`,
        })),
      };
    },
    async disconnect(id, asked, signal) {
      const { neutron, native, path, name } = await find(id, signal);
      const network = await findNetwork(project, asked, signal);
      const ports = await portsOfRouter(neutron, native, name, signal, network.id);
      if (ports.length === 0) throw new FleetError('op.refused', `${name} does not lead to ${network.name}`);
      const used = await floatingOf(project, native, name, signal, network.id);
      if (used.length > 0) throw inUse(name, `its way to ${network.name}`, used);
      await sendSteps(
        ports.map((port) => ({
          keys: subnetsOfPort(port.row),
          send: () =>
            neutron.change('PUT', `${path}/remove_router_interface`, {
              signal,
              subject: name,
              json: { port_id: port.id },
            }),
        })),
        (done, failed, why) =>
          `${name} leads to ${done.join(', ')} of ${network.name} no more, but still to ${failed.join(', ')}: ${why}`,
      );
      return { warnings: [] };
    },
    planDelete: async (id, signal) => plan(await find(id, signal), signal),
    async delete(id, signal) {
      const found = await find(id, signal);
      refusePlanned(await plan(found, signal));
      await found.neutron.change('DELETE', found.path, { signal, subject: found.name });
      return { warnings: [] };
    },
  };
}

const networksOf = (ports: readonly ListedRow[], names: ReadonlyMap<string, string>): readonly string[] => {
  const ids = new Set(ports.flatMap(({ row }) => textOf(row, 'network_id') ?? []));
  return [...ids].map((id) => names.get(id) ?? id).toSorted();
};

function routerOf(
  { cloud }: Project,
  { id, name, row, trouble }: ListedRow,
  ports: readonly ListedRow[],
  names: ReadonlyMap<string, string>,
): Router {
  const gateway = rowIn(row, 'external_gateway_info');
  const outside = textOf(gateway, 'network_id');
  const status = textOf(row, 'status');
  const wrong =
    trouble ??
    (status === 'ERROR'
      ? { message: 'Neutron says that it is in error', since: timeOf(row, 'updated_at') ?? 0 }
      : undefined);
  return {
    id: routerId(cloud.endpoint, id),
    name,
    outside: outside === undefined ? undefined : (names.get(outside) ?? outside),
    address: rowsIn(gateway, 'external_fixed_ips').flatMap((one) => textOf(one, 'ip_address') ?? [])[0],
    networks: networksOf(ports, names),
    active: status === 'ACTIVE' && row['admin_state_up'] !== false,
    ...(wrong && { trouble: wrong }),
  };
}

/** Rejects with op.refused for a network that leads nowhere outside itself. */
async function wayOut(project: Project, asked: string, signal: AbortSignal): Promise<Row> {
  const { id, name, row } = await findNetwork(project, asked, signal);
  if (row['router:external'] === true) return { external_gateway_info: { network_id: id } };
  throw new FleetError('op.refused', `the network ${name} does not lead outside (router:external)`, {
    fix: 'name one that its administrator has made for that, or none, and connect this one',
  });
}

/** Addresses of the floating IPs that this router passes on, into one network where one is named. */
async function floatingOf(
  { neutron }: Project,
  router: string,
  subject: string,
  signal: AbortSignal,
  network?: string,
): Promise<readonly string[]> {
  const query = { router_id: router };
  const all = await readListed(needed(neutron, 'Neutron'), '/floatingips', 'floatingips', { subject, signal, query });
  return all
    .filter(({ row }) => network === undefined || textOf(rowIn(row, 'port_details'), 'network_id') === network)
    .map(({ id, row }) => textOf(row, 'floating_ip_address') ?? id);
}

const inUse = (router: string, what: string, addresses: readonly string[]): FleetError =>
  new FleetError('op.refused', `${router}: ${what} is used by ${addresses.toSorted().join(', ')}`, {
    fix: 'disassociate these addresses first',
  });

/** Ids of its subnets, and names of those without a gateway. Rejects with op.refused for a network without any that can be led to. */
async function subnetsOf(
  { neutron, name }: Thing,
  network: ListedRow,
  signal: AbortSignal,
): Promise<readonly [ids: readonly string[], left: readonly string[]]> {
  const query = { network_id: network.id };
  const rows = await readListed(neutron, '/subnets', 'subnets', { subject: name, signal, query });
  const [without, led] = [
    rows.filter(({ row }) => row['gateway_ip'] === null),
    rows.filter(({ row }) => row['gateway_ip'] !== null),
  ];
  if (led.length > 0) return [led.map(({ id }) => id), without.map((one) => one.name)];
  const why = rows.length === 0 ? 'has no subnet' : 'has no subnet with a gateway, whose address a router takes';
  throw new FleetError('op.refused', `the network ${network.name} ${why}`, {
    fix: `make one: drover subnet create NAME --network ${shellWord(network.name)} --cidr 10.0.0.0/24 --gateway 10.0.0.1`,
  });
}

/** Of all these subnets, or of none. */
async function plugIn(
  { neutron, native, path, name }: Thing,
  network: string,
  subnets: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const made: Made[] = [];
  const own = new AbortController().signal;
  try {
    for (const subnet of subnets) {
      const json = { subnet_id: subnet };
      await neutron.change('PUT', `${path}/add_router_interface`, { signal, subject: name, json });
      made.push({
        what: `the way from ${name} to the subnet ${subnet} of ${network}`,
        command: `openstack router remove subnet ${native} ${subnet}`,
        undo: () => neutron.change('PUT', `${path}/remove_router_interface`, { signal: own, subject: name, json }),
      });
    }
  } catch (error) {
    throw await takeBack(signal.aborted ? signal.reason : error, made);
  }
}
