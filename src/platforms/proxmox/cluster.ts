/** What is asked once when a cluster is connected: its name, its identity, its nodes. */
import { FleetError } from '../../errors.ts';
import { type EndpointName, nodeId, poolId } from '../../ids.ts';
import { bytes } from '../../units.ts';
import type { Node, Pool } from '../contract.ts';
import { asRow, asRows, textOf } from '../lib/json.ts';
import { unlessRefused } from '../lib/unless-refused.ts';
import { type Api, segment } from './api.ts';
import type { Resources } from './guests.ts';
import { flagOf } from './json.ts';
import type { Place } from './vm-row.ts';

export interface Cluster {
  /** For sentences. */
  readonly name: string;
  readonly version: string;
  readonly place: Place;
  readonly pools: readonly Pool[];
  nodesOf(resources: Resources): ReadonlyMap<string, Node>;
}

/** `host` names it where it has no name of its own: a single node. */
export async function readCluster(
  api: Api,
  endpoint: EndpointName,
  host: string,
  signal: AbortSignal,
): Promise<Cluster> {
  // Without the right Sys.Audit on / its name and addresses stay unknown; the guests don't.
  const [version, status = []] = await Promise.all([
    api.get('/version', { signal, subject: host }).then((data) => textOf(asRow(data, host), 'version') ?? 'unknown'),
    unlessRefused(api.get('/cluster/status', { signal, subject: host }).then((data) => asRows(data, host))),
  ]);
  const clusterName = status.flatMap((row) => (row['type'] === 'cluster' ? (textOf(row, 'name') ?? []) : []))[0];
  const members = status.filter((row) => row['type'] === 'node');
  const local = members.find((row) => flagOf(row, 'local'));
  const authority = local ? await authorityOf(api, textOf(local, 'name') ?? '', signal) : undefined;
  const addresses = new Map(members.map((row) => [textOf(row, 'name'), textOf(row, 'ip')]));
  const pool: Pool | undefined =
    clusterName === undefined
      ? undefined
      : { id: poolId(endpoint, `cluster/${clusterName}`), name: clusterName, parent: undefined };

  return {
    name: clusterName ?? host,
    version,
    place: { endpoint, cluster: authority ?? endpoint },
    pools: pool ? [pool] : [],
    nodesOf({ nodes, guests }) {
      const found = new Map<string, Node>();
      const add = (name: string, rest: Pick<Node, 'state' | 'cpus' | 'memory'>) =>
        found.set(name, {
          id: nodeId(endpoint, name),
          name,
          pool: pool?.id,
          address: addresses.get(name),
          version: `Proxmox VE ${version}`,
          // It is a system of its own, of Debian's parts.
          os: `Proxmox VE ${version}`,
          ...rest,
        });
      for (const { name, online, cpus, memory } of nodes.values()) {
        add(name, { state: online ? 'up' : 'down', cpus, memory });
      }
      // A guest needs its node, also where the login may see no nodes.
      for (const { node } of guests.values()) {
        if (!found.has(node)) add(node, { state: 'unknown', cpus: 0, memory: bytes(0) });
      }
      return found;
    },
  };
}

/**
 * Every cluster makes an authority of its own when it is set up: its fingerprint tells clusters apart that have the same
 * name and the same numbers, and is the same whichever node answers.
 */
async function authorityOf(api: Api, node: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const path = `/nodes/${segment(node)}/certificates/info`;
    const rows = asRows(await api.get(path, { signal, subject: node }), node);
    const root = rows.find((row) => textOf(row, 'filename') === 'pve-root-ca.pem');
    return root && textOf(root, 'fingerprint')?.replaceAll(':', '').toLowerCase().slice(0, 32);
  } catch (error) {
    if (error instanceof FleetError && !signal.aborted && !error.retry) return undefined;
    throw error;
  }
}

/** Whether a version, `9.1-1`, is at least this one. */
export function isAtLeast(version: string, major: number, minor: number): boolean {
  const [, ours = '0', theirs = '0'] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(ours) > major || (Number(ours) === major && Number(theirs) >= minor);
}
