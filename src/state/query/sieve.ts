import type { NodeId, PoolId, VmId } from '../../ids.ts';
import type { Vm } from '../../platforms/contract.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { QueryFilter } from './compile-query.ts';
import type { LibraryFilter } from './library-filter.ts';
import type { NodeFilter } from './node-filter.ts';
import { comparing, type Sort, type SortKey, sortedInSteps, sortKey } from './sort.ts';
import { vmColumn } from './vm-columns.ts';

/** Which VMs are shown. Branches without any are left out. */
export type TreeFilter = QueryFilter<Vm>;

/** Which VMs are wanted, and how. Without filter and sort, and not flat, it is the fleet as it is. */
export interface Wanted {
  readonly filter: TreeFilter | undefined;
  /** What it finds of the template library; undefined while there is no filter, and where it asks what only VMs have. */
  readonly libraryFilter: LibraryFilter | undefined;
  /** Undefined: by name, as the fleet keeps them. */
  readonly sort: Sort | undefined;
  /** All in one list, not below what they hang under. */
  readonly flat: boolean;
  /** The nodes in one list, in this order, with their VMs folded away. */
  readonly nodes: boolean;
  /** Which of them; undefined for all. */
  readonly nodeFilter: NodeFilter | undefined;
}

/** The VMs that were let through, in the order that was asked for. */
export interface Sieved {
  readonly wanted: Wanted;
  /** By what they hang under; of a flat one, all of them are below EVERYTHING. */
  readonly below: ReadonlyMap<NodeId | PoolId | typeof EVERYTHING, readonly VmId[]>;
  /** Where the VM is that was to be found, in its list; -1 when it was not let through. */
  readonly found: { readonly id: VmId | undefined; readonly at: number };
}

export const EVERYTHING = 'everything';

/**
 * Puts the fleet through a filter and in order, a thousand VMs at a time, so that 100,000 never hold up a key. A fleet
 * that fits into one step is done at once; else the former result stands until the new one is complete.
 */
export interface Sieve {
  /** What is left out stays as it is. */
  want(news: Partial<Wanted>): void;
  /** The newest complete result; another object when it is another one, undefined while the fleet is wanted as it is. */
  readonly result: Sieved | undefined;
  /** Whose place in the result is of interest: it is found on the way, not by a search through all. */
  find(id: VmId | undefined): void;
  /** What is wanted has no result yet. */
  readonly isAwaited: boolean;
  /** What VMs are sorted by may have changed: looks at it again. New samples alone never sort anything. */
  resort(): void;
  /** Looks at some VMs more. Answers in how many ms it wants to be called again; undefined when all have been looked at. */
  sift(): number | undefined;
}

/** A quarter of a millisecond; a few with a filter that looks at much. */
const VMS_PER_STEP = 512;
/** A user's query runs at once; looking again after new samples may lag a second in a large fleet. */
const NEXT_WHEN_ASKED_MS = 0;
const NEXT_WHEN_LIVE_MS = 10;

const AS_IT_IS: Wanted = {
  filter: undefined,
  libraryFilter: undefined,
  sort: undefined,
  flat: false,
  nodes: false,
  nodeFilter: undefined,
};

export function createSieve(fleet: Fleet): Sieve {
  let wanted = AS_IT_IS;
  let asked = false;
  let result: Sieved | undefined;
  let pass: Iterator<undefined, Sieved> | undefined;
  let lookedAt = '';
  let sortedAt = 0;
  let sought: VmId | undefined;

  const step = () => {
    const { done, value } = pass?.next() ?? {};
    if (!done) return;
    result = value;
    pass = undefined;
    asked = false;
  };

  const isAsItIs = () => !wanted.filter && (wanted.nodes || (!wanted.sort && !wanted.flat));

  /** Begins a pass when the fleet is not any more what the last one looked at. */
  const refresh = () => {
    // What is sorted changes as a whole, when it is sorted again: rows must not jump with each sample.
    const figures = wanted.sort ? sortedAt : wanted.filter?.live ? fleet.version : '';
    const now = `${fleet.shape} ${figures}`;
    if (isAsItIs() || pass || now === lookedAt) return;
    lookedAt = now;
    pass = passOver(fleet, wanted, sought);
    step();
  };

  return {
    want(news) {
      wanted = { ...wanted, ...news };
      pass = undefined;
      lookedAt = '';
      asked = !isAsItIs();
      sortedAt = fleet.version;
      if (!asked) result = undefined;
    },
    get result() {
      refresh();
      return result;
    },
    find(id) {
      sought = id;
    },
    get isAwaited() {
      return asked;
    },
    resort() {
      if (!pass) sortedAt = fleet.version;
    },
    sift() {
      if (pass) step();
      else refresh();
      if (!pass) return undefined;
      return asked ? NEXT_WHEN_ASKED_MS : NEXT_WHEN_LIVE_MS;
    },
  };
}

/** In a flat list the branches put nothing in order, so names do. */
const nameColumn = vmColumn('name');
const byName: Sort | undefined = nameColumn && { by: nameColumn, descending: false };

function* passOver(fleet: Fleet, wanted: Wanted, sought: VmId | undefined): Generator<undefined, Sieved> {
  const { filter, nodes } = wanted;
  const flat = wanted.flat && !nodes;
  const sort = nodes ? undefined : (wanted.sort ?? (flat ? byName : undefined));
  const below = new Map<NodeId | PoolId | typeof EVERYTHING, readonly VmId[]>();
  let ids: VmId[] = [];
  let keys: SortKey[] = [];
  /** Of a flat list, where many have the same state or image: these are in the order of their names, not of their nodes. */
  const thenByName = flat && sort && !sort.by.sampled && sort.by !== byName?.by ? byName : undefined;
  let names: SortKey[] = [];
  let looked = 0;
  let foundAt = -1;

  const compare = ({ descending }: Sort) => {
    const first = comparing(keys, descending);
    if (!thenByName) return first;
    const second = comparing(names, false);
    return (a: number, b: number) => first(a, b) || second(a, b);
  };

  function* keep(place: NodeId | PoolId | typeof EVERYTHING): Generator<undefined, void> {
    if (ids.length > 0) {
      const list = sort ? yield* sortedInSteps(ids, compare(sort)) : ids;
      below.set(place, list);
      for (let at = 0; sought !== undefined && foundAt < 0 && at < list.length; at++) {
        if (list[at] === sought) foundAt = at;
        else if (++looked % VMS_PER_STEP === 0) yield;
      }
    }
    ids = [];
    keys = [];
    names = [];
  }

  for (const parent of [...fleet.nodes.keys(), ...fleet.pools.keys()]) {
    for (const id of fleet.vmsBelow(parent)) {
      const vm = fleet.vms.get(id);
      if (vm && (!filter || filter.accepts(vm))) {
        ids.push(id);
        if (sort) keys.push(sortKey(sort, vm, fleet));
        if (thenByName) names.push(sortKey(thenByName, vm, fleet));
      }
      if (++looked % VMS_PER_STEP === 0) yield;
    }
    if (!flat) yield* keep(parent);
  }
  if (flat) yield* keep(EVERYTHING);
  return { wanted, below, found: { id: sought, at: foundAt } };
}
