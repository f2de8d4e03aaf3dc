import type { NodeId, PoolId, VmId } from '../ids.ts';
import type { Vm } from '../platforms/contract.ts';
import type { Fleet } from './fleet.ts';

/** Which VMs are shown. Branches without any are left out. */
export interface TreeFilter {
  accepts(vm: Vm): boolean;
  /** True when the answer can change without a row coming or going: it looks at states or samples. */
  readonly live: boolean;
}

/** The VMs that were let through, by what they hang under and in the order of the fleet. */
export type Sieved = ReadonlyMap<NodeId | PoolId, readonly VmId[]>;

/**
 * Puts the fleet through a filter, a thousand VMs at a time, so that 100,000 never hold up a key. A fleet that fits
 * into one step is done at once; else the former result stands until the new one is complete.
 */
export interface Sieve {
  setFilter(filter: TreeFilter | undefined): void;
  /** The newest complete result; another object when it is another one, undefined when there is nothing to filter. */
  readonly result: Sieved | undefined;
  /** Looks at some VMs more. Answers in how many ms it wants to be called again; undefined when all have been looked at. */
  sift(): number | undefined;
}

/** Half a millisecond; a few with a filter that looks at much. */
const VMS_PER_STEP = 1024;
/** Somebody waits for an answer that was asked for. That samples have changed a large fleet's answer may take its second. */
const NEXT_WHEN_ASKED_MS = 0;
const NEXT_WHEN_LIVE_MS = 10;

export function createSieve(fleet: Fleet): Sieve {
  let filter: TreeFilter | undefined;
  let asked = false;
  let result: Sieved | undefined;
  let pass: Iterator<undefined, Sieved> | undefined;
  let lookedAt = '';

  const step = () => {
    const { done, value } = pass?.next() ?? {};
    if (!done) return;
    result = value;
    pass = undefined;
    asked = false;
  };

  /** Begins a pass when the fleet is not any more what the last one looked at. */
  const refresh = () => {
    const now = `${fleet.shape} ${filter?.live ? fleet.version : ''}`;
    if (!filter || pass || now === lookedAt) return;
    lookedAt = now;
    pass = passOver(fleet, filter);
    step();
  };

  return {
    setFilter(next) {
      filter = next;
      pass = undefined;
      lookedAt = '';
      asked = true;
      if (!next) result = undefined;
    },
    get result() {
      refresh();
      return result;
    },
    sift() {
      if (pass) step();
      else refresh();
      if (!pass) return undefined;
      return asked ? NEXT_WHEN_ASKED_MS : NEXT_WHEN_LIVE_MS;
    },
  };
}

function* passOver(fleet: Fleet, filter: TreeFilter): Generator<undefined, Sieved> {
  const sieved = new Map<NodeId | PoolId, readonly VmId[]>();
  let looked = 0;
  for (const parent of [...fleet.nodes.keys(), ...fleet.pools.keys()]) {
    const accepted: VmId[] = [];
    for (const id of fleet.vmsBelow(parent)) {
      const vm = fleet.vms.get(id);
      if (vm && filter.accepts(vm)) accepted.push(id);
      if (++looked % VMS_PER_STEP === 0) yield;
    }
    if (accepted.length > 0) sieved.set(parent, accepted);
  }
  return sieved;
}
