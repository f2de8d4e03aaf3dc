/** Where servers run: hypervisors for administrators, availability zones for everybody else. */
import { type EndpointName, type NodeId, nodeId, poolId } from '../../ids.ts';
import { bytes, UNKNOWN_SIZE } from '../../units.ts';
import type { Node, NodeState, Pool } from '../contract.ts';
import { type Row, textOf } from '../lib/json.ts';
import { unlessRefused } from '../lib/unless-refused.ts';
import { readPages } from '../transport/http/rest-pages.ts';
import type { Api } from './api.ts';
import type { Cloud } from './cloud.ts';
import { numberOf, rowIn, rowsIn } from './json.ts';
import { nextMarker } from './server-list.ts';
import type { Server } from './servers.ts';

/** The last one that tells what a hypervisor has; placement has it from then on, for administrators of all of it. */
const WITH_FIGURES = '2.87';

export interface Places {
  readonly kind: 'hypervisors' | 'zones';
  readonly nodes: ReadonlyMap<NodeId, Node>;
}

/** The project in its region, or the region when all projects are shown. */
export function poolOf({ endpoint, project, region, name, address }: Cloud): Pool {
  const id = poolId(endpoint, `project/${address.allProjects ? '*' : project.id}`);
  return { id, name: address.allProjects ? `all projects in ${region ?? endpoint}` : name, parent: undefined };
}

const hypervisorId = (endpoint: EndpointName, host: string): NodeId => nodeId(endpoint, `host/${host}`);
const zoneId = (endpoint: EndpointName, zone: string): NodeId => nodeId(endpoint, `zone/${zone}`);

/** Undefined when it is nowhere now, or at a place that this login does not see. */
export function nodeOf(endpoint: EndpointName, server: Server, { kind, nodes }: Places): NodeId | undefined {
  const place = kind === 'hypervisors' ? server.hypervisor : server.zone;
  if (place === undefined) return undefined;
  const id = kind === 'hypervisors' ? hypervisorId(endpoint, place) : zoneId(endpoint, place);
  return nodes.has(id) ? id : undefined;
}

/** `sees`: whether hypervisors were seen before; undefined asks for them, and takes a no for an answer. */
export async function readPlaces(api: Api, cloud: Cloud, signal: AbortSignal, sees?: boolean): Promise<Places> {
  if (sees !== false) {
    const hosts = await unlessRefused(readHypervisors(api, cloud, signal));
    if (hosts) return { kind: 'hypervisors', nodes: byId(hosts.map((row) => hypervisorNode(cloud, row))) };
  }
  const body = await api.get('/os-availability-zone', { signal, subject: cloud.name });
  return { kind: 'zones', nodes: byId(rowsIn(body, 'availabilityZoneInfo').map((row) => zoneNode(cloud, row))) };
}

const byId = (nodes: readonly Node[]): ReadonlyMap<NodeId, Node> => new Map(nodes.map((node) => [node.id, node]));

export async function readHypervisors(api: Api, cloud: Cloud, signal: AbortSignal): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const pages = readPages(`the hypervisors of ${cloud.name}`, async (marker) => {
    const options = { signal, subject: cloud.name, query: { marker }, version: versionWithFigures(cloud) };
    const body = await api.get('/os-hypervisors/detail', options);
    return { items: rowsIn(body, 'hypervisors'), next: nextMarker(body, 'hypervisors_links') };
  });
  for await (const page of pages) rows.push(...page);
  return rows;
}

const versionWithFigures = ({ version: [major, minor] }: Cloud): string =>
  minor > 87 ? WITH_FIGURES : `${major}.${minor}`;

function hypervisorNode(cloud: Cloud, row: Row): Node {
  const name = textOf(row, 'hypervisor_hostname') ?? 'unknown';
  const [type, version] = [textOf(row, 'hypervisor_type'), numberOf(row, 'hypervisor_version')];
  return {
    id: hypervisorId(cloud.endpoint, name),
    name,
    pool: poolOf(cloud).id,
    state: hypervisorState(row),
    address: textOf(row, 'host_ip'),
    cpus: numberOf(row, 'vcpus') ?? 0,
    memory: bytes(Math.max(0, Math.round((numberOf(row, 'memory_mb') ?? 0) * 1024 ** 2))),
    version: [type, version === undefined ? undefined : spellHypervisor(version)].filter(Boolean).join(' '),
  };
}

function hypervisorState(row: Row): NodeState {
  if (textOf(row, 'state') !== 'up') return textOf(row, 'state') === 'down' ? 'down' : 'unknown';
  return textOf(row, 'status') === 'disabled' ? 'maintenance' : 'up';
}

/** `7002022` is 7.2.22. */
export const spellHypervisor = (version: number): string =>
  `${Math.floor(version / 1e6)}.${Math.floor(version / 1e3) % 1e3}.${version % 1e3}`;

function zoneNode(cloud: Cloud, row: Row): Node {
  const name = textOf(row, 'zoneName') ?? 'unknown';
  const { available } = rowIn(row, 'zoneState');
  return {
    id: zoneId(cloud.endpoint, name),
    name,
    pool: poolOf(cloud).id,
    state: available === true ? 'up' : available === false ? 'down' : 'unknown',
    address: undefined,
    cpus: Number.NaN,
    memory: UNKNOWN_SIZE,
    version: 'availability zone',
  };
}
