/** What nodes and the VMs in them come to, for programs: ConVirt's snapshot of a server, a pool or a data center. */
import { endpointOf, type NodeId } from '../../ids.ts';
import type { Node, Storage, Vm } from '../../platforms/contract.ts';
import { countsOf } from '../counts-of.ts';
import { whole } from '../listed-keys.ts';
import type { Fleet } from './fleet.ts';
import { loadOf } from './node-load.ts';
import { poolNames } from './pool-of.ts';
import { localStorageOf, type StorageSum, sumStorages } from './storage-sums.ts';
import { vmSharesOf } from './vm-shares.ts';

export interface Members {
  readonly nodes: readonly Node[];
  /** Those on these nodes, and those on no node that are in the pool. */
  readonly vms: readonly Vm[];
}

/** What is in a pool of this name and in those inside it, the user's or a platform's; of undefined all that there is. */
export function membersOf(pool: string | undefined, fleet: Fleet): Members {
  const isIn = (node: NodeId | undefined, own: Node['pool'], { id }: Node | Vm) =>
    pool === undefined || poolNames(fleet, node, own, endpointOf(id)).includes(pool);
  const nodes = [...fleet.nodes.values()].filter((node) => isIn(node.id, node.pool, node));
  const ids = new Set(nodes.map(({ id }) => id));
  const vms = [...fleet.vms.values()].filter((vm) =>
    vm.node === undefined ? isIn(undefined, vm.pool, vm) : ids.has(vm.node),
  );
  return { nodes, vms };
}

/** `storages`: of the endpoints of these nodes; undefined where they were not read. */
export function summaryOf({ nodes, vms }: Members, storages: readonly Storage[] | undefined, fleet: Fleet) {
  const ids = nodes.map(({ id }) => id);
  const shares = vmSharesOf(ids, fleet);
  const rates = fleet.samples.rates(vms.map(({ id }) => id));
  const own = new Set(ids);
  const sums = storages && sumStorages(storages.filter(({ node }) => node === undefined || own.has(node)));
  const inState = (state: Vm['state']) => vms.filter((vm) => vm.state === state).length;
  return {
    nodes: nodes.length,
    nodesUp: nodes.filter(({ state }) => state === 'up').length,
    vms: vms.length,
    running: inState('running'),
    paused: inState('paused'),
    crashed: inState('crashed'),
    nodeStates: Object.fromEntries(countsOf(nodes, ({ state }) => state)),
    vmStates: Object.fromEntries(countsOf(vms, ({ state }) => state)),
    cpus: whole(sumOf(nodes, ({ cpus }) => cpus)),
    memory: whole(sumOf(nodes, ({ memory }) => memory)),
    cpu: percent(loadOf(nodes, fleet)),
    memoryUsed: whole(Math.round(sumOf(nodes, ({ id }) => fleet.nodeSamples.of(id)?.memory ?? Number.NaN))),
    vcpus: whole(shares.vcpus),
    vmCpu: percent(shares.cpu),
    vmMemory: whole(shares.given),
    vmStorage: ofAll(vms, ({ storage }) => storage),
    vmSharedStorage: ofAll(vms, ({ sharedStorage }) => sharedStorage),
    vmLocalStorage: ofAll(vms, localStorageOf),
    vmDiskCount: ofAll(vms, ({ diskCount }) => diskCount),
    vmNicCount: ofAll(vms, ({ nicCount }) => nicCount),
    diskRead: amount(rates.diskRead),
    diskWrite: amount(rates.diskWrite),
    netRx: amount(rates.netRx),
    netTx: amount(rates.netTx),
    storage: sums && placeOf(sums.local),
    sharedStorage: sums && placeOf(sums.shared),
    platforms: Object.fromEntries(countsOf(nodes, ({ id }) => fleet.endpoints.get(endpointOf(id))?.platform)),
    versions: Object.fromEntries(countsOf(nodes, ({ version }) => version)),
    systems: Object.fromEntries(countsOf(nodes, ({ os }) => os)),
  };
}
export type Summary = ReturnType<typeof summaryOf>;

/** NaN where it is known of none. */
const sumOf = (nodes: readonly Node[], read: (node: Node) => number): number => {
  const known = nodes.map(read).filter(Number.isFinite);
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0);
};

/** Undefined where it is not known of all of them: a part would look like the whole. */
const ofAll = (vms: readonly Vm[], read: (vm: Vm) => number | undefined): number | undefined =>
  vms.length === 0 ? undefined : whole(vms.reduce((sum, vm) => sum + (read(vm) ?? Number.NaN), 0));

const percent = (share: number): number | undefined => amount(share * 100);
const amount = (value: number): number | undefined => (Number.isFinite(value) ? Number(value.toFixed(2)) : undefined);
const placeOf = ({ count, size, used }: StorageSum) => ({ count, size, used });
