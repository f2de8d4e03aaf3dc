import { describe, expect, it } from 'vitest';
import { endpointName } from '../../src/ids.ts';
import type { Vm } from '../../src/platforms/contract.ts';
import { createStore, type Store } from '../../src/state/fleet/store.ts';
import { compareKeys, readSort, type Sort, sortedInSteps, sortKey, spellSort } from '../../src/state/query/sort.ts';
import { createTestClock } from '../clock.ts';
import { LARGE } from '../sizes.ts';
import { aNode, aVm, cpuBlock, inventory } from './objects.ts';

const host1 = endpointName('host1');

function openStore(vms: readonly Vm[]): Store {
  const store = createStore(createTestClock());
  store.push(host1, inventory([aNode('n1')], vms));
  store.flush();
  return store;
}

/** Their names, as this sorts them. */
function sorted(text: string, vms: readonly Vm[], store = openStore(vms)): readonly string[] {
  const sort = readSort(text);
  if (typeof sort === 'string') throw new Error(sort);
  const keys = new Map(vms.map((vm) => [vm, sortKey(sort, vm, store.fleet)]));
  return vms.toSorted((a, b) => compareKeys(keys.get(a), keys.get(b), sort.descending)).map(({ name }) => name);
}

describe('what rows are sorted by', () => {
  it('is written as one word, with the way behind it where that is not the usual one', () => {
    for (const text of ['name', 'cpu', 'name:desc', 'cpu:asc']) expect(spellSort(readSort(text) as Sort)).toBe(text);
    expect(spellSort(readSort('CPU:desc') as Sort)).toBe('cpu');
  });

  it('says what it does not understand', () => {
    expect(readSort('cpuu')).toBe('there is no column "cpuu" (did you mean cpu?)');
    expect(readSort('cpu:up')).toBe('cpu:up is no order: write cpu:asc or cpu:desc');
  });

  it('puts loads from the largest down, and what is unknown last whichever way', () => {
    const vms = ['low', 'none', 'high'].map((name) => aVm(name));
    const [low, , high] = vms;
    const store = openStore(vms);
    if (low) store.push(host1, { kind: 'samples', block: cpuBlock([low], 0.1) });
    if (high) store.push(host1, { kind: 'samples', block: cpuBlock([high], 0.9) });
    expect(sorted('cpu', vms, store)).toEqual(['high', 'low', 'none']);
    expect(sorted('cpu:asc', vms, store)).toEqual(['low', 'high', 'none']);
  });

  it('counts as people do in names and addresses', () => {
    expect(sorted('name', [aVm('web10'), aVm('Web2'), aVm('db1')])).toEqual(['db1', 'Web2', 'web10']);
    const vms = [aVm('a', { ips: ['10.0.0.10'] }), aVm('b', { ips: ['10.0.0.9'] }), aVm('c')];
    expect(sorted('ip', vms)).toEqual(['b', 'a', 'c']);
  });

  it('has the running ones first by state', () => {
    expect(sorted('state', [aVm('a', { state: 'stopped' }), aVm('b'), aVm('c', { state: 'crashed' })])).toEqual([
      'b',
      'a',
      'c',
    ]);
  });
});

describe('sorting in steps', () => {
  it('never compares more than a few thousand times before there is room for a key', () => {
    const items = Array.from({ length: LARGE }, (_, at) => (at * 7919) % LARGE);
    let compared = 0;
    let most = 0;
    const steps = sortedInSteps(items, (a, b) => {
      compared++;
      return (items[a] as number) - (items[b] as number);
    });
    let step = steps.next();
    for (; !step.done; step = steps.next()) {
      most = Math.max(most, compared);
      compared = 0;
    }
    expect(most).toBeLessThan(16_000);
    expect(step.value).toEqual(items.toSorted((a, b) => a - b));
  });

  it('keeps the order of what is equal', () => {
    const items = Array.from({ length: 5_000 }, (_, at) => at);
    const steps = sortedInSteps(items, (a, b) => (a % 3) - (b % 3));
    let step = steps.next();
    while (!step.done) step = steps.next();
    expect(step.value).toEqual(items.toSorted((a, b) => (a % 3) - (b % 3)));
  });

  it('has one list of few rows done at once', () => {
    expect(sortedInSteps(['b', 'a'], (a, b) => b - a).next()).toEqual({ done: true, value: ['a', 'b'] });
  });
});
