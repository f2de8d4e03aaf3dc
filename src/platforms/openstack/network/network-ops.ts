/** Networks of a project: with a subnet each, and a router where they lead outside. */
import { FleetError } from '../../../errors.ts';
import { type NetworkId, networkId } from '../../../ids.ts';
import type { LossPlan, NetworkOps } from '../../contract.ts';
import { asRow, type Row, textOf } from '../../lib/json.ts';
import { refusePlanned, refuseTakenName, usedBy } from '../../lib/listed.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import type { Api } from '../api.ts';
import type { Thing } from '../cloud-nouns/neutron-thing.ts';
import { rowIn, textsIn } from '../json.ts';
import { readListed } from '../listed-rows.ts';
import { needed, type Project } from '../project.ts';
import { namesOfServers } from '../server-list.ts';
import { findById, findNetwork } from './find-network.ts';
import { readSpec, type WantedNetwork } from './network-spec.ts';
import { isSeen } from './networks.ts';

type Changes = Required<Pick<NetworkOps, 'create' | 'planDelete' | 'delete' | 'start' | 'stop'>>;

/** On a router that was made for a network, so that it goes with it. */
const OWN = 'made by drover for its network';

interface Ports {
  /** Servers, by id. */
  readonly servers: readonly string[];
  /** Routers that the network hangs on. */
  readonly routers: readonly { readonly router: string; readonly port: string }[];
  /** Whatever else has a port in it: load balancers, VPNs. */
  readonly others: readonly string[];
}

interface Loss {
  readonly plan: LossPlan;
  readonly routers: Ports['routers'];
  /** Those of the routers that go with it. */
  readonly own: readonly OwnRouter[];
}

interface OwnRouter {
  readonly router: string;
  readonly called: string;
}

export function createNetworkOps(project: Project): Changes {
  const { cloud } = project;

  async function plan({ neutron, native, name, row }: Thing, signal: AbortSignal): Promise<Loss> {
    const { servers, routers, others } = await portsIn(neutron, native, name, signal);
    const users = await namesOfServers(project.nova, servers, signal);
    const own = await ownRouters(neutron, routers, name, signal);
    const goes = [
      `the network ${name}`,
      ...textsIn(row, 'subnets').map((subnet) => `its subnet ${subnet}`),
      ...own.map(({ called }) => `its router ${called}`),
    ];
    const stays = routers
      .filter(({ router }) => !own.some((one) => one.router === router))
      .map(({ router }) => `the router ${router}, which it is taken off`);
    const why =
      users.length > 0
        ? `${usedBy(name, users)}: remove their NICs first`
        : others.length > 0
          ? `${name} has ports of ${others.join(', ')}: remove them first`
          : undefined;
    return { plan: { goes, stays, ...(why !== undefined && { refused: why }) }, routers, own };
  }

  const turn = async (id: NetworkId, up: boolean, signal: AbortSignal) => {
    const { neutron, path, name } = await findById(project, id, signal);
    const json = { network: { admin_state_up: up } };
    await neutron.change('PUT', path, { signal, subject: name, json });
    return { warnings: [] };
  };

  return {
    async create(_of, given, signal) {
      const neutron = needed(project.neutron, 'Neutron');
      const spec = readSpec(given);
      const all = await readListed(neutron, '/networks', 'networks', {
        subject: `the networks of ${cloud.name}`,
        signal,
      });
      const seen = all.filter(({ row }) => isSeen(cloud, row));
      refuseTakenName('network', cloud.name, seen, spec.name);
      const outside = spec.leadsOut ? await outsideOf(project, spec, seen, signal) : undefined;
      const id = await make(neutron, spec, outside, signal);
      return { warnings: [], id: networkId(cloud.endpoint, id) };
    },
    planDelete: async (id, signal) => (await plan(await findById(project, id, signal), signal)).plan,
    async delete(id, signal) {
      const found = await findById(project, id, signal);
      const { neutron, path, name } = found;
      const { plan: loss, routers, own } = await plan(found, signal);
      refusePlanned(loss);
      for (const { router, port } of routers) await unplug(neutron, router, port, name, signal);
      for (const { router } of own)
        await neutron.change('DELETE', `/routers/${encodeURIComponent(router)}`, { signal, subject: name });
      await neutron.change('DELETE', path, { signal, subject: name });
      return { warnings: [] };
    },
    start: (id, signal) => turn(id, true, signal),
    stop: (id, signal) => turn(id, false, signal),
  };
}

const unplug = (neutron: Api, router: string, port: string, subject: string, signal: AbortSignal) =>
  neutron.change('PUT', `/routers/${encodeURIComponent(router)}/remove_router_interface`, {
    ...{ signal, subject },
    json: { port_id: port },
  });

async function portsIn(neutron: Api, network: string, name: string, signal: AbortSignal): Promise<Ports> {
  const subject = `the ports of ${name}`;
  const ports = await readListed(neutron, '/ports', 'ports', { subject, signal, query: { network_id: network } });
  const of = (row: Row) => ({ owner: textOf(row, 'device_owner') ?? '', device: textOf(row, 'device_id') ?? '' });
  const rows = ports.map(({ id, row }) => ({ id, ...of(row) }));
  return {
    servers: rows.filter(({ owner }) => owner.startsWith('compute:')).map(({ device }) => device),
    routers: rows
      .filter(({ owner }) => owner.startsWith('network:router_interface'))
      .map(({ id, device }) => ({ router: device, port: id })),
    others: rows
      .filter(({ owner }) => owner !== '' && !/^(compute:|network:(router_interface|dhcp|distributed))/.test(owner))
      .map(({ owner, device }) => `${owner} ${device}`.trim()),
  };
}

/** Those that were made for this network, and lead to no other one. */
async function ownRouters(
  neutron: Api,
  routers: Ports['routers'],
  subject: string,
  signal: AbortSignal,
): Promise<readonly OwnRouter[]> {
  const read = await Promise.all(
    routers.map(async ({ router }) => {
      const body = await neutron.get(`/routers/${encodeURIComponent(router)}`, { signal, subject });
      const row = rowIn(body, 'router');
      if (textOf(row, 'description') !== OWN) return [];
      const query = { device_id: router };
      const ports = await readListed(neutron, '/ports', 'ports', { subject, signal, query });
      const inner = ports.filter((one) => textOf(one.row, 'device_owner')?.startsWith('network:router_interface'));
      return inner.length > 1 ? [] : [{ router, called: textOf(row, 'name') ?? router }];
    }),
  );
  return read.flat();
}

/** The network that its router leads to: the one that was named, or the only one there is. */
async function outsideOf(
  project: Project,
  { name, device }: WantedNetwork,
  seen: readonly { readonly id: string; readonly name: string; readonly row: Row }[],
  signal: AbortSignal,
): Promise<string> {
  if (device !== '') return (await findNetwork(project, device, signal)).id;
  const [one, ...others] = seen.filter(({ row }) => row['router:external'] === true);
  if (one && others.length === 0) return one.id;
  throw new FleetError(
    'op.refused',
    `${name}: the cloud has ${one ? 'several networks' : 'no network'} that lead outside`,
    {
      fix: one ? `say which as device: ${[one, ...others].map((each) => each.name).join(', ')}` : 'make it isolated',
    },
  );
}

/** All of it, or nothing. */
async function make(
  neutron: Api,
  spec: WantedNetwork,
  outside: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const made: Made[] = [];
  const own = new AbortController().signal;
  const { name: subject } = spec;
  const post = async (noun: 'network' | 'subnet' | 'router', row: Row): Promise<string> => {
    const path = `/${noun}s`;
    const { body } = await neutron.change('POST', path, { signal, subject, json: { [noun]: row } });
    const id = textOf(rowIn(asRow(body, subject), noun), 'id') ?? '';
    made.push({
      what: `the ${noun} ${textOf(row, 'name') ?? id}`,
      command: `openstack ${noun} delete ${id}`,
      undo: () => neutron.change('DELETE', `${path}/${id}`, { signal: own, subject }),
    });
    return id;
  };
  try {
    const network = await post('network', spec.network);
    const subnets: string[] = [];
    for (const subnet of spec.subnets) subnets.push(await post('subnet', { ...subnet, network_id: network }));
    if (outside === undefined) return network;
    const gateway = { name: `${subject}-router`, description: OWN, external_gateway_info: { network_id: outside } };
    const router = await post('router', gateway);
    for (const subnet of subnets) {
      const path = `/routers/${router}`;
      await neutron.change('PUT', `${path}/add_router_interface`, { signal, subject, json: { subnet_id: subnet } });
      made.push({
        what: `the way from ${subject} to its router`,
        command: `openstack router remove subnet ${router} ${subnet}`,
        undo: () =>
          neutron.change('PUT', `${path}/remove_router_interface`, {
            ...{ signal: own, subject },
            json: { subnet_id: subnet },
          }),
      });
    }
    return network;
  } catch (error) {
    throw await takeBack(signal.aborted ? signal.reason : error, made);
  }
}
