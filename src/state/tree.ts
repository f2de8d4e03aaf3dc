import { type EndpointName, endpointOf, isUserPool, type NodeId, type PoolId, type VmId } from '../ids.ts';
import type { Fleet } from './fleet.ts';
import { parentOf } from './fleet.ts';
import { naturalKey } from './siblings.ts';
import { createSieve, type Sieved, type TreeFilter } from './sieve.ts';

/** One row of the tree. `key` is unique over all kinds: cursor, marks and folds hang on it. */
export type Row =
  | { readonly kind: 'pool'; readonly key: string; readonly id: PoolId; readonly depth: number; readonly open: boolean }
  | { readonly kind: 'node'; readonly key: string; readonly id: NodeId; readonly depth: number; readonly open: boolean }
  /** Stands where its nodes will be, as long as none is known. */
  | { readonly kind: 'endpoint'; readonly key: string; readonly id: EndpointName; readonly depth: number }
  | { readonly kind: 'vm'; readonly key: string; readonly id: VmId; readonly depth: number };

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
  /** In a large fleet it takes effect once `sift` has looked at every VM; until then the former one holds. */
  setFilter(filter: TreeFilter | undefined): void;
  /**
   * Somebody looks at this row, and is about to act on it: a VM that passes a filter on figures now stays in the list when
   * its figures change, until another row is looked at or the filter is another.
   */
  lookAt(key: string): void;
  /** Goes on with the filter. Answers in how many ms it wants to be called again; undefined when there is no more to do. */
  sift(): number | undefined;
  /** VMs that the filter lets through, or all. */
  readonly shownVms: number;
}

type Branch = { readonly key: string; readonly name: string; readonly children: Branch[] } & (
  | { readonly kind: 'pool'; readonly id: PoolId }
  | { readonly kind: 'node'; readonly id: NodeId }
  | { readonly kind: 'endpoint'; readonly id: EndpointName }
);

type Segment =
  | { readonly start: number; readonly row: Row }
  | { readonly start: number; readonly vms: readonly VmId[]; readonly parent: NodeId | PoolId; readonly depth: number };

const NONE: readonly VmId[] = [];

/** `folded`: keys of closed branches, for whoever keeps them; it is changed here. */
export function createTree(fleet: Fleet, folded: Set<string> = new Set()): Tree {
  const sieve = createSieve(fleet);
  let filtered: Sieved | undefined;
  let branches: readonly Branch[] = [];
  let branchesOn = -1;
  let segments: Segment[] = [];
  let places = new Map<string, number>();
  let parents = new Map<string, string>();
  let length = 0;
  let shownVms = 0;
  let builtOn = '';
  let filter: TreeFilter | undefined;
  let pinned: VmId | undefined;
  let changed = 0;

  const vmsOf = (parent: NodeId | PoolId): readonly VmId[] => {
    if (!filtered) return fleet.vmsBelow(parent);
    const ids = filtered.get(parent) ?? NONE;
    const kept = pinned === undefined ? undefined : fleet.vms.get(pinned);
    return kept && parentOf(kept) === parent && !ids.includes(kept.id) ? withKept(ids, kept.id) : ids;
  };
  const withKept = (ids: readonly VmId[], kept: VmId): readonly VmId[] => {
    const place = fleet.placeAmongSiblings(kept);
    const behind = ids.findIndex((id) => fleet.placeAmongSiblings(id) > place);
    return behind < 0 ? [...ids, kept] : ids.toSpliced(behind, 0, kept);
  };

  /** Answers how many VMs it found, so that branches without any can be taken back. */
  const build = (branch: Branch, depth: number, hidden: boolean): number => {
    const mark = { segments: segments.length, length };
    const { key } = branch;
    const open = filtered !== undefined || !folded.has(key);
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
      if (vms.length > 0 && open && !hidden) {
        places.set(`below ${parent}`, segments.length);
        segments.push({ start: length, vms, parent, depth: depth + 1 });
        length += vms.length;
      }
    }
    if (filtered && found === 0) {
      segments.length = mark.segments;
      length = mark.length;
    }
    return found;
  };

  const refresh = () => {
    const { result } = sieve;
    const now = `${fleet.shape} ${changed}`;
    if (now === builtOn && result === filtered) return;
    builtOn = now;
    filtered = result;
    if (branchesOn !== fleet.shape) branches = branchesOf(fleet);
    branchesOn = fleet.shape;
    segments = [];
    places = new Map();
    parents = new Map();
    length = 0;
    shownVms = 0;
    for (const branch of branches) shownVms += build(branch, 0, false);
  };

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
    const parent = vm && parentOf(vm);
    if (parent === undefined) return -1;
    const segment = segments[places.get(`below ${parent}`) ?? -1];
    if (!segment || !('vms' in segment) || segment.parent !== parent) return -1;
    const place = filtered ? segment.vms.indexOf(id) : fleet.placeAmongSiblings(id);
    return place < 0 ? -1 : segment.start + place;
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
      const id = segment.vms[index - segment.start];
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
      if (closed) folded.add(key);
      else folded.delete(key);
      changed++;
    },
    isFolded: (key) => folded.has(key),
    setFilter(next) {
      filter = next;
      pinned = undefined;
      sieve.setFilter(next);
    },
    lookAt(key) {
      const id = key.startsWith('vm ') ? (key.slice(3) as VmId) : undefined;
      if (id === pinned) return;
      const vm = id === undefined ? undefined : fleet.vms.get(id);
      pinned = vm && filter?.live && filter.accepts(vm) ? id : undefined;
    },
    sift: sieve.sift,
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
    const endpoint = pool.id.slice(0, pool.id.indexOf('/')) as EndpointName;
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
