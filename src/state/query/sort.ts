import type { Vm } from '../../platforms/contract.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { naturalKey } from '../fleet/siblings.ts';
import { noColumn, type VmColumn, vmColumn } from './vm-columns.ts';

/** What the VMs are sorted by. */
export interface Sort {
  readonly by: VmColumn;
  readonly descending: boolean;
}

/** The usual way of a column: loads and sizes from the largest down, all else upwards. */
export const sortBy = (by: VmColumn): Sort => ({ by, descending: by.largestFirst === true });

/** `cpu`, or `cpu:asc` for the other way than usual. */
export const spellSort = ({ by, descending }: Sort): string =>
  descending === sortBy(by).descending ? by.id : `${by.id}:${descending ? 'desc' : 'asc'}`;

/** `cpu`, `cpu:asc`, `name:desc`; a sentence without a full stop for what can't be read. */
export function readSort(text: string): Sort | string {
  const [id = '', way, ...more] = text.trim().toLowerCase().split(':');
  const by = vmColumn(id);
  if (!by) return noColumn(id);
  if (way === undefined) return sortBy(by);
  if (more.length > 0 || (way !== 'asc' && way !== 'desc')) return `${text} is no order: write ${id}:asc or ${id}:desc`;
  return { by, descending: way === 'desc' };
}

/** A number, or a text that sorts as people count. Undefined = unknown. */
export type SortKey = number | string | undefined;

/** What is compared of a VM. */
export function sortKey({ by }: Sort, vm: Vm, fleet: Fleet): SortKey {
  if (by.rank) return by.rank(vm);
  const value = by.value(vm, fleet);
  if (typeof value === 'string') return naturalKey(value);
  if (typeof value === 'boolean') return value ? 0 : 1;
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

/** What is unknown comes last whichever way it is sorted. */
export function compareKeys(a: SortKey, b: SortKey, descending: boolean): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b === descending ? 1 : -1;
}

/**
 * Compares two places in a list of keys. Numbers, which most are, are put into one array in the direction that is wanted, so
 * that a comparison of 100,000 loads is a subtraction.
 */
export function comparing(keys: readonly SortKey[], descending: boolean): (a: number, b: number) => number {
  if (keys.some((key) => typeof key === 'string')) return (a, b) => compareKeys(keys[a], keys[b], descending);
  const ranks = new Float64Array(keys.length);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at];
    ranks[at] = typeof key !== 'number' ? Number.POSITIVE_INFINITY : descending ? -key : key;
  }
  // Two that are unknown differ by NaN, which is as good as equal.
  return (a, b) => (ranks[a] as number) - (ranks[b] as number);
}

/** Compared in one go before there is a pause for keys: about a millisecond. */
const CHUNK = 1024;
const MERGED_PER_STEP = 8 * CHUNK;

/**
 * The items in order, in short steps: each `yield` is a place where it may be interrupted. `compare` gets two places in
 * `items`; those that compare as equal keep their order.
 */
export function* sortedInSteps<Item>(
  items: readonly Item[],
  compare: (a: number, b: number) => number,
): Generator<undefined, readonly Item[]> {
  const stable = (a: number, b: number) => compare(a, b) || a - b;
  let from = new Uint32Array(items.length);
  let to = new Uint32Array(items.length);
  for (let at = 0; at < items.length; at++) from[at] = at;
  for (let start = 0; start < items.length; start += CHUNK) {
    if (start > 0) yield;
    from.subarray(start, start + CHUNK).sort(stable);
  }
  for (let run = CHUNK; run < items.length; run *= 2) {
    for (let start = 0, done = 0; start < items.length; start += 2 * run) {
      const middle = Math.min(start + run, items.length);
      const end = Math.min(start + 2 * run, items.length);
      for (let left = start, right = middle, at = start; at < end; at++) {
        const isLeft = right >= end || (left < middle && stable(from[left] as number, from[right] as number) <= 0);
        to[at] = from[isLeft ? left++ : right++] as number;
        if (++done % MERGED_PER_STEP === 0) yield;
      }
    }
    [from, to] = [to, from];
  }
  const sorted: Item[] = [];
  for (const place of from) {
    sorted.push(items[place] as Item);
    if (sorted.length % MERGED_PER_STEP === 0) yield;
  }
  return sorted;
}
