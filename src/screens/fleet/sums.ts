import type { NodeId, PoolId, VmId } from '../../ids.ts';
import type { Node } from '../../platforms/contract.ts';
import type { Counts, Fleet } from '../../state/fleet/fleet.ts';
import { loadOf } from '../../state/fleet/node-load.ts';
import { addRates, type VmRates } from '../../state/fleet/samples.ts';
import { storageOfVms } from '../../state/fleet/storage-sums.ts';
import { type VmShares, vmSharesOf } from '../../state/fleet/vm-shares.ts';
import { rowKey, type Tree } from '../../state/query/tree.ts';

/** What a pool or a node adds up to. NaN where nothing is known. */
export interface Sum {
  readonly counts: Counts;
  /** Share of all CPUs of its nodes. */
  readonly cpu: number;
  /** Bytes in use, and in all. */
  readonly memoryUsed: number;
  readonly memory: number;
  readonly nodes: number;
  readonly nodesUp: number;
  readonly nodesDown: number;
  readonly cpus: number;
}

export interface Sums {
  ofPool(id: PoolId): Sum;
  ofNode(id: NodeId): Sum;
  /** VMs of the whole fleet; CPUs and memory of the nodes that this answers true for. Costs by all nodes. */
  ofAll(isCounted: (id: NodeId) => boolean): Sum;
  /** Nodes below a pool, of its pools too. */
  nodesBelow(id: PoolId): readonly NodeId[];
  /** VMs below a node, or below a pool and all that is in it. Costs by all of them. */
  vmsBelow(id: NodeId | PoolId): readonly VmId[];
  /** What goes to and from disks and networks of the VMs below a pool. Costs by all of them, once per landing; of many it is some seconds old. */
  ratesBelow(id: PoolId): VmRates;
  /** What the VMs that are on take of a node, or of those below a pool. Costs as the rates do. */
  sharesBelow(id: NodeId | PoolId): VmShares;
  /** Bytes that their disks can hold together; NaN where that is not known of all of them. */
  storageBelow(id: PoolId): number;
  /** Versions of what runs the VMs, with the number of nodes that have them, F-123. */
  versionsBelow(id: PoolId): ReadonlyMap<string, number>;
}

/** Which nodes are below which pool is found once per shape of the tree; adding up costs by the nodes of what is shown. */
export function createSums(fleet: Fleet, tree: Tree): Sums {
  let builtOn = -1;
  let below = new Map<PoolId, Below>();

  const refresh = () => {
    if (builtOn === fleet.shape) return;
    builtOn = fleet.shape;
    below = new Map();
    const place = (start: string, put: (home: Below) => void) => {
      for (let key = tree.parentKeyOf(start); key !== undefined; key = tree.parentKeyOf(key)) {
        const id = key.slice('pool '.length) as PoolId;
        const home = below.get(id) ?? { nodes: [], pools: [] };
        below.set(id, home);
        put(home);
      }
    };
    for (const id of fleet.nodes.keys()) place(rowKey('node', id), (home) => home.nodes.push(id));
    for (const id of fleet.pools.keys()) place(rowKey('pool', id), (home) => home.pools.push(id));
  };

  /** A node or pool itself, and all that VMs can hang under in it. */
  const parentsBelow = (id: NodeId | PoolId): readonly (NodeId | PoolId)[] => {
    const home = below.get(id as PoolId);
    return [id, ...(home?.nodes ?? []), ...(home?.pools ?? [])];
  };

  /** Keeps what costs by all VMs below: every column and every key asks for it again. */
  const keptBelow = <Id extends NodeId | PoolId, Value>(addUp: (id: Id) => Value): ((id: Id) => Value) => {
    const kept = new Map<Id, Kept<Value>>();
    return (id) => {
      refresh();
      const known = kept.get(id);
      if (known?.version === fleet.version && known.shape === fleet.shape) return known.value;
      const isLarge = parentsBelow(id).reduce((sum, parent) => sum + fleet.counts(parent).total, 0) > MANY_VMS;
      if (isLarge && known && Math.abs(fleet.landedAt - known.landedAt) < MANY_EVERY_MS) return known.value;
      const value = addUp(id);
      kept.set(id, { value, version: fleet.version, shape: fleet.shape, landedAt: fleet.landedAt });
      return value;
    };
  };

  return {
    ofPool(id) {
      refresh();
      const home = below.get(id);
      return add(fleet, home?.nodes ?? [], [id, ...(home?.pools ?? [])]);
    },
    ofNode: (id) => add(fleet, [id], []),
    ofAll: (isCounted) => add(fleet, [...fleet.nodes.keys()], [...fleet.pools.keys()], isCounted),
    nodesBelow(id) {
      refresh();
      return below.get(id)?.nodes ?? [];
    },
    vmsBelow(id) {
      refresh();
      return parentsBelow(id).flatMap((parent) => fleet.vmsBelow(parent));
    },
    ratesBelow: keptBelow((id: PoolId) =>
      addRates(parentsBelow(id).map((parent) => fleet.samples.rates(fleet.vmsBelow(parent)))),
    ),
    sharesBelow: keptBelow((id: NodeId | PoolId) =>
      vmSharesOf(fleet.nodes.has(id as NodeId) ? [id as NodeId] : (below.get(id as PoolId)?.nodes ?? []), fleet),
    ),
    storageBelow(id) {
      refresh();
      return storageOfVms(parentsBelow(id), fleet);
    },
    versionsBelow(id) {
      refresh();
      const versions = new Map<string, number>();
      for (const node of below.get(id)?.nodes ?? []) {
        const version = fleet.nodes.get(node)?.version;
        if (version) versions.set(version, (versions.get(version) ?? 0) + 1);
      }
      return versions;
    },
  };
}

interface Kept<Value> {
  readonly value: Value;
  readonly version: number;
  readonly shape: number;
  /** Epoch, ms. */
  readonly landedAt: number;
}

/** What costs by more VMs than this is added up every few seconds: that takes milliseconds, and something lands all the time. */
const MANY_VMS = 10_000;
const MANY_EVERY_MS = 3_000;

interface Below {
  readonly nodes: NodeId[];
  readonly pools: PoolId[];
}

/** VMs without a node hang right under a pool, so pools count too. */
function add(
  fleet: Fleet,
  nodes: readonly NodeId[],
  pools: readonly PoolId[],
  isCounted: (id: NodeId) => boolean = () => true,
): Sum {
  const counts = { total: 0, running: 0, paused: 0, crashed: 0, off: 0, troubled: 0 };
  for (const id of [...nodes, ...pools]) {
    const own = fleet.counts(id);
    counts.total += own.total;
    counts.running += own.running;
    counts.paused += own.paused;
    counts.crashed += own.crashed;
    counts.off += own.off;
    counts.troubled += own.troubled;
  }
  const unknown = Number.NaN;
  const load = { memoryUsed: unknown, memory: unknown, cpus: unknown };
  const sum = { counts, ...load, nodesUp: 0, nodesDown: 0 };
  const counted: Node[] = [];
  for (const id of nodes) {
    const node = fleet.nodes.get(id);
    if (!node || !isCounted(id)) continue;
    counted.push(node);
    if (node.state === 'up') sum.nodesUp++;
    if (node.state === 'down') sum.nodesDown++;
    if (Number.isFinite(node.cpus)) sum.cpus = known(sum.cpus) + node.cpus;
    if (Number.isFinite(node.memory)) sum.memory = known(sum.memory) + node.memory;
    const { memory = Number.NaN } = fleet.nodeSamples.of(id) ?? {};
    if (!Number.isNaN(memory)) sum.memoryUsed = known(sum.memoryUsed) + memory;
  }
  return { ...sum, nodes: counted.length, cpu: loadOf(counted, fleet) };
}

/** What there is to add to: the first that is known makes a sum known. */
const known = (sum: number): number => (Number.isNaN(sum) ? 0 : sum);
