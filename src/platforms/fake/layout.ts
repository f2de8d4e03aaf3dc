import type { EndpointName, NodeId, PoolId } from '../../ids.ts';
import { nodeId, poolId } from '../../ids.ts';
import { type Bytes, gib } from '../../units.ts';
import type { Node, Pool } from '../contract.ts';
import { SITES, type Site } from './names.ts';
import { hash, pick } from './random.ts';

/** Where the VMs of a fleet live: sites, and nodes with the rows of VMs that fall to each. */
export interface Layout {
  readonly pools: readonly Pool[];
  readonly nodes: readonly Node[];
  /** For node i, its site's index and the first of its rows; `until` is the row after its last. */
  readonly places: readonly { readonly site: number; readonly from: number; readonly until: number }[];
}

/** Small fleets have nodes of 18 VMs, large ones of 40. */
export function layOut(endpoint: EndpointName, vms: number, seed: number): Layout {
  const perNode = vms <= 2000 ? 18 : 40;
  const busyNodes = Math.max(1, Math.ceil(vms / perNode));
  const siteCount = Math.min(SITES.length, Math.max(1, Math.ceil(busyNodes / 4)));
  const sites = SITES.slice(0, siteCount);
  const pools: Pool[] = sites.map(({ name, code, within }) => ({
    id: poolId(endpoint, code),
    name,
    parent: within === undefined ? undefined : poolId(endpoint, pick(sites, within).code),
  }));

  const nodes: Node[] = [];
  const places: Layout['places'][number][] = [];
  for (const [index, site] of sites.entries()) {
    const first = Math.floor((busyNodes * index) / siteCount);
    const last = Math.floor((busyNodes * (index + 1)) / siteCount);
    for (let node = first; node < last; node++) {
      const name = `${site.code}-${String(node - first + 1).padStart(2, '0')}`;
      nodes.push(makeNode(endpoint, name, site, hash(seed, node, 11)));
      places.push({ site: index, from: node * perNode, until: Math.min(vms, (node + 1) * perNode) });
    }
  }
  // Fleets of some size have one machine that was taken out of service.
  if (busyNodes >= 6) {
    const site = pick(sites, 0);
    nodes.push({ ...makeNode(endpoint, `${site.code}-spare`, site, 7), state: 'maintenance' });
    places.push({ site: 0, from: vms, until: vms });
  }
  return { pools, nodes, places };
}

function makeNode(endpoint: EndpointName, name: string, site: Site, bits: number): Node {
  const memory: Bytes = gib(pick([384, 512, 768], bits >>> 4));
  const id: NodeId = nodeId(endpoint, name);
  const pool: PoolId = poolId(endpoint, site.code);
  const [major, minor] = [pick([9, 10], bits >>> 8), pick([1, 2], bits >>> 9)];
  return {
    id,
    name,
    pool,
    state: 'up',
    address: `${name}.demo.example`,
    cpus: pick([48, 64, 96], bits),
    memory,
    version: `Simulator ${major}.${minor}`,
    os: major === 9 ? 'Debian GNU/Linux 12 (bookworm)' : 'Debian GNU/Linux 13 (trixie)',
  };
}
