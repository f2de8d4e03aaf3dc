import { type EndpointName, endpointOf, isUserPool, type NodeId, type PoolId, type VmId } from '../../ids.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { parentOf } from '../fleet/fleet.ts';
import { naturalKey } from '../fleet/siblings.ts';
import { LIBRARY_KEY, type LibraryRow, wantedLibraryRows } from './library-rows.ts';
import { nodesInOrder } from './node-order.ts';
import { placeOf } from './place-of.ts';
import { createSieve, EVERYTHING, type Sieved, type Wanted } from './sieve.ts';

/** One row of the tree. `key` is unique over all kinds: cursor, marks and folds hang on it. */
export type Row =
  | { readonly kind: 'pool'; readonly key: string; readonly id: PoolId; readonly depth: number; readonly open: boolean }
  | { readonly kind: 'node'; readonly key: string; readonly id: NodeId; readonly depth: number; readonly open: boolean }
  /** Stands where its nodes will be, as long as none is known. */
  | { readonly kind: 'endpoint'; readonly key: string; readonly id: EndpointName; readonly depth: number }
  | { readonly kind: 'vm'; readonly key: string; readonly id: VmId; readonly depth: number }
  | LibraryRow;

export const rowKey = (kind: Row['kind'], id: string): string => `${kind} ${id}`;

/**
 * The fleet as a list of rows of which only those on the screen are ever made. It is kept as segments: a branch is a
 * segment of one row, the VMs below it are one segment of many. The cost of a look grows with the branches, not the VMs.
 */
export interface Tree {
  readonly length: number;
  at(index: number): Row | undefined;
  /** -1 when the row is not there or is folded away. */
  indexOf(key: string): number;
  /** The row that this one hangs under. */
  parentKeyOf(key: string): string | undefined;
  fold(key: string, closed: boolean): void;
  isFolded(key: string): boolean;
  /**
   * Which VMs are shown, sorted how, below their nodes or flat, or the nodes alone; what is left out stays. In a large
   * fleet it takes effect once `sift` has looked at every VM; until then the former holds. Branches are always in the
   * order of their names.
   */
  want(changes: Partial<Wanted>): void;
  /**
   * The cursor is on this row, and the user is about to act on it: a VM keeps its place when its metrics change, and stays
   * in the list when it does not pass a filter on metrics any more, until another row is looked at or something else is
   * wanted.
   */
  lookAt(key: string): void;
  /** Sorts again, by the present metrics. */
  resort(): void;
  /** What is wanted is not what is shown yet. */
  readonly isAwaited: boolean;
  /** Goes on with what is wanted. Answers in how many ms it wants to be called again; undefined when there is no more to do. */
  sift(): number | undefined;
  /** The VMs of the rows that are not folded away, in their order: one list for each crowd of them. Of nodes alone, theirs. */
  vmLists(): readonly (readonly VmId[])[];
  /** VMs that the filter lets through, or all. */
  readonly shownVms: number;
  /** The VMs below this branch that the filter lets through, folded or not. */
  vmsUnder(key: string): readonly VmId[];
}

type Branch = { readonly key: string; readonly name: string; readonly children: Branch[] } & (
  | { readonly kind: 'pool'; readonly id: PoolId }
  | { readonly kind: 'node'; readonly id: NodeId }
  | { readonly kind: 'endpoint'; readonly id: EndpointName }
);

type Segment =
  | { readonly start: number; readonly row: Row }
  | { readonly start: number; readonly vms: readonly VmId[]; readonly depth: number };

const NONE: readonly VmId[] = [];

/** `folded`: keys of closed branches, for a caller that saves them; it is changed here. */
export function createTree(fleet: Fleet, folded: Set<string> = new Set()): Tree {
  const sieve = createSieve(fleet);
  let newest: Sieved | undefined;
  /** The newest result as it is shown. */
  let sieved: Sieved | undefined;
  let branches: readonly Branch[] = [];
  let branchesOn = -1;
  let segments: Segment[] = [];
  let places = new Map<string, number>();
  let parents = new Map<string, string>();
  let length = 0;
  let shownVms = 0;
  let builtOn = '';
  let looked: VmId | undefined;
  /** Where a VM was found last among those beside it: the next one that is asked for is not far. */
  let near = 0;
  let changed = 0;
  let order: Pick<Wanted, 'nodes' | 'nodeFilter' | 'sort'> = { nodes: false, nodeFilter: undefined, sort: undefined };

  /** The library is folded when drover starts. */
  let isLibraryOpen = false;
  const isClosed = (key: string): boolean => (key === LIBRARY_KEY ? !isLibraryOpen : folded.has(key));

  const vmsOf = (parent: NodeId | PoolId): readonly VmId[] =>
    sieved ? (sieved.below.get(parent) ?? NONE) : fleet.vmsBelow(parent);

  /** A new result, with the row that is looked at where it was in the former one. */
  const steadied = (after: Sieved, before: Sieved | undefined): Sieved => {
    const vm = looked === undefined ? undefined : fleet.vms.get(looked);
    const home = after.wanted.flat ? EVERYTHING : vm && parentOf(vm);
    if (!vm || home === undefined || before?.wanted !== after.wanted) return after;
    const was = placeOf(vm.id, before.below.get(home) ?? NONE, near);
    const ids = after.below.get(home) ?? NONE;
    const now = after.found.id === vm.id ? after.found.at : placeOf(vm.id, ids, was);
    const { filter, sort } = after.wanted;
    const isByName = sort === undefined || sort.by.id === 'name';
    if (was < 0 || (now < 0 ? !filter?.live : now === was || isByName)) return after;
    const others = now < 0 ? ids : ids.toSpliced(now, 1);
    const place = isByName && !after.wanted.flat ? placeByName(vm.id, others) : was;
    return { ...after, below: new Map(after.below).set(home, others.toSpliced(place, 0, vm.id)) };
  };
  const placeByName = (id: VmId, others: readonly VmId[]): number => {
    const place = fleet.placeAmongSiblings(id);
    let low = 0;
    let high = others.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (fleet.placeAmongSiblings(others[middle] as VmId) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const addVms = (place: string, vms: readonly VmId[], depth: number) => {
    if (vms.length === 0) return;
    places.set(`below ${place}`, segments.length);
    segments.push({ start: length, vms, depth });
    length += vms.length;
  };

  /** Answers how many VMs it found, so that branches without any can be taken back. */
  const build = (branch: Branch, depth: number, hidden: boolean): number => {
    const mark = { segments: segments.length, length };
    const { key } = branch;
    const isFiltered = sieved?.wanted.filter !== undefined;
    const open = isFiltered || !folded.has(key);
    let found = 0;
    if (!hidden) {
      places.set(key, segments.length);
      segments.push({ start: length, row: rowOf(branch, depth, open) });
      length++;
    }
    for (const child of branch.children) {
      parents.set(child.key, key);
      found += build(child, depth + 1, hidden || !open);
    }
    if (branch.kind !== 'endpoint') {
      const parent = branch.id;
      const vms = vmsOf(parent);
      found += vms.length;
      if (open && !hidden) addVms(parent, vms, depth + 1);
    }
    if (isFiltered && found === 0) {
      segments.length = mark.segments;
      length = mark.length;
    }
    return found;
  };

  const refresh = () => {
    const { result } = sieve;
    const now = `${fleet.shape} ${changed}`;
    if (now === builtOn && result === newest) return;
    builtOn = now;
    if (result !== newest) sieved = result && steadied(result, sieved);
    newest = result;
    if (branchesOn !== fleet.shape) branches = branchesOf(fleet);
    branchesOn = fleet.shape;
    segments = [];
    places = new Map();
    parents = new Map();
    length = 0;
    shownVms = 0;
    const all = sieved?.wanted.flat && !order.nodes ? (sieved.below.get(EVERYTHING) ?? NONE) : undefined;
    if (order.nodes) {
      adopt(branches);
      addNodes();
    } else if (all) {
      adopt(branches);
      addVms(EVERYTHING, all, 0);
      shownVms = all.length;
    } else {
      for (const branch of branches) shownVms += build(branch, 0, false);
      addLibrary(sieved?.wanted);
    }
  };

  const addLibrary = (wanted: Wanted | undefined) => {
    for (const { row, home, isShown } of wantedLibraryRows(fleet.library, wanted, isClosed)) {
      if (home !== undefined) parents.set(row.key, home);
      if (!isShown) continue;
      places.set(row.key, segments.length);
      segments.push({ start: length++, row });
    }
  };

  const addNodes = () => {
    const isFiltered = sieved?.wanted.filter !== undefined;
    for (const id of nodesInOrder(fleet, order.sort)) {
      const { length: found } = vmsOf(id);
      if (isFiltered && found === 0) continue;
      const node = order.nodeFilter && fleet.nodes.get(id);
      if (node && !order.nodeFilter?.accepts(node)) continue;
      const key = rowKey('node', id);
      places.set(key, segments.length);
      segments.push({ start: length++, row: { kind: 'node', key, id, depth: 0, open: false } });
      shownVms += found;
    }
  };

  /** What hangs under what is known also where it is not shown. */
  const adopt = (some: readonly Branch[], home?: string): void => {
    for (const { key, children } of some) {
      if (home !== undefined) parents.set(key, home);
      adopt(children, key);
    }
  };

  const vmsIn = (one: Branch): readonly VmId[] => [
    ...one.children.flatMap(vmsIn),
    ...(one.kind === 'endpoint' ? NONE : vmsOf(one.id)),
  ];

  const segmentAt = (index: number): Segment | undefined => {
    let low = 0;
    let high = segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((segments[middle] as Segment).start <= index) low = middle;
      else high = middle - 1;
    }
    return segments[low];
  };

  const vmIndexOf = (id: VmId): number => {
    const vm = fleet.vms.get(id);
    if (!vm) return -1;
    const home = sieved?.wanted.flat ? EVERYTHING : parentOf(vm);
    const segment = segments[places.get(`below ${home}`) ?? -1];
    if (!segment || !('vms' in segment)) return -1;
    const place = sieved ? placeOf(id, segment.vms, near) : fleet.placeAmongSiblings(id);
    if (place < 0) return -1;
    near = place;
    return segment.start + place;
  };

  return {
    get length() {
      refresh();
      return length;
    },
    get shownVms() {
      refresh();
      return shownVms;
    },
    at(index) {
      refresh();
      if (index < 0 || index >= length) return undefined;
      const segment = segmentAt(index);
      if (!segment) return undefined;
      if ('row' in segment) return segment.row;
      near = index - segment.start;
      const id = segment.vms[near];
      return id === undefined ? undefined : { kind: 'vm', key: rowKey('vm', id), id, depth: segment.depth };
    },
    indexOf(key) {
      refresh();
      if (key.startsWith('vm ')) return vmIndexOf(key.slice(3) as VmId);
      const segment = segments[places.get(key) ?? -1];
      return segment && 'row' in segment && segment.row.key === key ? segment.start : -1;
    },
    parentKeyOf(key) {
      refresh();
      if (!key.startsWith('vm ')) return parents.get(key);
      const vm = fleet.vms.get(key.slice(3) as VmId);
      if (vm?.node !== undefined) return rowKey('node', vm.node);
      return vm?.pool === undefined ? undefined : rowKey('pool', vm.pool);
    },
    fold(key, closed) {
      if (key === LIBRARY_KEY) isLibraryOpen = !closed;
      else if (closed) folded.add(key);
      else folded.delete(key);
      changed++;
    },
    isFolded: isClosed,
    want(news) {
      order = { ...order, ...news };
      changed++;
      looked = undefined;
      sieve.find(undefined);
      sieve.want(news);
    },
    lookAt(key) {
      looked = key.startsWith('vm ') ? (key.slice(3) as VmId) : undefined;
      sieve.find(looked);
    },
    resort() {
      sieve.resort();
      if (order.nodes && (order.sort?.by.sampled || order.nodeFilter?.live)) changed++;
    },
    get isAwaited() {
      refresh();
      return sieve.isAwaited;
    },
    sift: sieve.sift,
    vmLists() {
      refresh();
      return segments.flatMap((segment) => {
        if ('vms' in segment) return [segment.vms];
        return order.nodes && segment.row.kind === 'node' ? [vmsOf(segment.row.id)] : [];
      });
    },
    vmsUnder(key) {
      refresh();
      const found = branchWith(key, branches);
      return found ? vmsIn(found) : NONE;
    },
  };
}

/** Pools, nodes and endpoints without nodes, nested and in order. The user's pools come first. */
function branchesOf(fleet: Fleet): Branch[] {
  const roots: Branch[] = [];
  const userPools = new Map<PoolId, Branch>();
  const platformPools = new Map<PoolId, Branch>();

  for (const pool of fleet.grouping.pools) userPools.set(pool.id, branch('pool', pool.id, pool.name));
  for (const pool of fleet.grouping.pools) {
    const home = pool.parent === undefined ? undefined : userPools.get(pool.parent);
    (home?.children ?? roots).push(userPools.get(pool.id) as Branch);
  }
  const homeOf = (place: PoolId | undefined) => (place && userPools.get(place)?.children) ?? roots;

  for (const pool of fleet.pools.values()) platformPools.set(pool.id, branch('pool', pool.id, pool.name));
  for (const pool of fleet.pools.values()) {
    const own = platformPools.get(pool.id) as Branch;
    const parent = pool.parent === undefined ? undefined : platformPools.get(pool.parent);
    const endpoint = endpointOf(pool.id);
    (parent?.children ?? homeOf(fleet.grouping.placeOf.get(endpoint))).push(own);
  }

  const endpointsWithNodes = new Set<EndpointName>();
  for (const node of fleet.nodes.values()) {
    const endpoint = endpointOf(node.id);
    endpointsWithNodes.add(endpoint);
    const own = branch('node', node.id, node.name);
    const ownPlace = fleet.grouping.placeOf.get(node.id);
    const pool = node.pool === undefined ? undefined : platformPools.get(node.pool);
    if (ownPlace !== undefined) homeOf(ownPlace).push(own);
    else (pool?.children ?? homeOf(fleet.grouping.placeOf.get(endpoint))).push(own);
  }
  for (const endpoint of fleet.endpoints.values()) {
    if (endpointsWithNodes.has(endpoint.name)) continue;
    homeOf(fleet.grouping.placeOf.get(endpoint.name)).push(branch('endpoint', endpoint.name, endpoint.name));
  }
  sort(roots);
  return roots;
}

function branchWith(key: string, among: readonly Branch[]): Branch | undefined {
  for (const one of among) {
    const found = one.key === key ? one : branchWith(key, one.children);
    if (found) return found;
  }
  return undefined;
}

const branch = <Kind extends Branch['kind'], Id extends string>(kind: Kind, id: Id, name: string) => ({
  kind,
  id,
  key: rowKey(kind, id),
  name,
  children: [] as Branch[],
});

function rowOf(one: Branch, depth: number, open: boolean): Row {
  const { key } = one;
  switch (one.kind) {
    case 'endpoint':
      return { kind: one.kind, id: one.id, key, depth };
    case 'pool':
      return { kind: one.kind, id: one.id, key, depth, open };
    case 'node':
      return { kind: one.kind, id: one.id, key, depth, open };
  }
}

const rank = (one: Branch): number =>
  one.kind === 'pool' ? (isUserPool(one.id) ? 0 : 1) : one.kind === 'node' ? 2 : 3;

function sort(branches: Branch[]): void {
  const keys = new Map(branches.map((one) => [one, `${rank(one)} ${naturalKey(one.name)}`]));
  branches.sort((a, b) => ((keys.get(a) as string) < (keys.get(b) as string) ? -1 : 1));
  for (const one of branches) sort(one.children);
}
