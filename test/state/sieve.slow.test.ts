import { describe, expect, it } from 'vitest';
import { endpointName } from '../../src/ids.ts';
import type { Vm } from '../../src/platforms/contract.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { createSieve, EVERYTHING, type Sieve } from '../../src/state/query/sieve.ts';
import { readSort, type Sort } from '../../src/state/query/sort.ts';
import { createTestClock } from '../clock.ts';
import { aNode, aVm, inventory } from './objects.ts';

const host1 = endpointName('host1');
const LARGE = 20_000;

function openSieve(count: number) {
  const store = createStore(createTestClock());
  const vms = Array.from({ length: count }, (_, i) => aVm(`vm${i}`));
  store.push(host1, inventory([aNode('n1')], vms));
  store.flush();
  return { store, vms, sieve: createSieve(store.fleet) };
}

const found = (sieve: Sieve): number | undefined => sieve.result && [...sieve.result.below.values()].flat().length;

function siftToTheEnd(sieve: Sieve): number {
  let steps = 1;
  while (sieve.sift() !== undefined) steps++;
  return steps;
}

const even = { live: false, accepts: (vm: Vm) => Number(vm.name.slice(2)) % 2 === 0 };
const odd = { live: false, accepts: (vm: Vm) => !even.accepts(vm) };

describe('a small fleet', () => {
  it('F-130 is filtered at once', () => {
    const { sieve } = openSieve(10);
    expect(sieve.result).toBeUndefined();
    sieve.want({ filter: even });
    expect(found(sieve)).toBe(5);
    expect(sieve.sift()).toBeUndefined();
  });
});

describe('a large fleet', () => {
  it('never has more than a few thousand VMs looked at in one go', () => {
    const { sieve } = openSieve(LARGE);
    let looked = 0;
    let most = 0;
    const accepts = () => {
      looked++;
      return true;
    };
    sieve.want({ filter: { live: false, accepts } });
    for (let next: number | undefined = 0; next !== undefined; ) {
      next = sieve.sift();
      most = Math.max(most, looked);
      looked = 0;
    }
    expect(most).toBeLessThan(5_000);
    expect(found(sieve)).toBe(LARGE);
  });

  it('is sorted without looking at more VMs in one go, and the former order stands meanwhile', () => {
    const { sieve } = openSieve(LARGE);
    let looked = 0;
    let most = 0;
    const accepts = () => {
      looked++;
      return true;
    };
    sieve.want({ filter: { live: false, accepts }, sort: readSort('name:desc') as Sort, flat: true });
    for (let next: number | undefined = 0; next !== undefined; ) {
      expect(sieve.isAwaited && sieve.result).toBeUndefined();
      next = sieve.sift();
      most = Math.max(most, looked);
      looked = 0;
    }
    expect(most).toBeLessThan(5_000);
    expect(sieve.result?.below.get(EVERYTHING)?.[0]).toBe(`host1/vm${LARGE - 1}`);
  });

  it('looks at no VM while it is nodes that are listed and sorted', () => {
    const { sieve } = openSieve(LARGE);
    sieve.want({ sort: readSort('cpu') as Sort, nodes: true });
    expect(sieve.isAwaited).toBe(false);
    expect(sieve.sift()).toBeUndefined();
    expect(sieve.result).toBeUndefined();
  });

  it('finds the VM of the cursor while it sifts', () => {
    const { sieve, vms } = openSieve(LARGE);
    sieve.find(vms[123]?.id);
    sieve.want({ sort: readSort('name:desc') as Sort, flat: true });
    siftToTheEnd(sieve);
    const { at = -1, id } = sieve.result?.found ?? {};
    expect(id).toBe('host1/vm123');
    expect(sieve.result?.below.get(EVERYTHING)?.[at]).toBe('host1/vm123');
  });

  it('shows the former result until the new one is complete', () => {
    const { sieve } = openSieve(LARGE);
    sieve.want({ filter: { live: false, accepts: (vm) => vm.name === 'vm7' } });
    siftToTheEnd(sieve);
    sieve.want({ filter: odd });
    expect(found(sieve)).toBe(1);
    siftToTheEnd(sieve);
    expect(found(sieve)).toBe(LARGE / 2);
  });

  it('shows all again as soon as the filter is taken away, also in the middle of it', () => {
    const { sieve } = openSieve(LARGE);
    sieve.want({ filter: even });
    siftToTheEnd(sieve);
    sieve.want({ filter: odd });
    expect(sieve.sift()).toBe(0);
    sieve.want({ filter: undefined });
    expect(sieve.result).toBeUndefined();
    expect(sieve.sift()).toBeUndefined();
  });

  it('takes its time when nothing but samples has changed, and none when nothing has', () => {
    const { store, vms, sieve } = openSieve(LARGE);
    sieve.want({ filter: { live: true, accepts: (vm) => vm.state === 'running' } });
    siftToTheEnd(sieve);
    expect(found(sieve)).toBe(LARGE);
    expect(sieve.sift()).toBeUndefined();
    const [first] = vms;
    if (!first) throw new Error('no VMs');
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: { ...first, state: 'stopped' } }] });
    store.flush();
    expect(found(sieve)).toBe(LARGE);
    expect(sieve.sift()).toBeGreaterThan(0);
    siftToTheEnd(sieve);
    expect(found(sieve)).toBe(LARGE - 1);
  });

  it('follows VMs that come while it looks', () => {
    const { store, sieve } = openSieve(LARGE);
    sieve.want({ filter: even });
    expect(sieve.sift()).toBe(0);
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: aVm('vm20000') }] });
    store.flush();
    siftToTheEnd(sieve);
    siftToTheEnd(sieve);
    expect(found(sieve)).toBe(LARGE / 2 + 1);
  });
});
