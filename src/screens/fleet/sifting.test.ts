import { describe, expect, it } from 'vitest';
import { host1, type LightOptions, openStage } from '../../../test/screens/light-stage.tsx';
import { aNode, aVm } from '../../../test/state/objects.ts';
import { poolId } from '../../ids.ts';
import { createSifting } from './sifting.ts';

const vms = [
  aVm('web1', { ips: ['10.0.0.1', '10.0.0.2'], tags: ['\u202eprod'] }),
  aVm('web2', { ips: ['10.0.0.3'] }),
  aVm('db1', { state: 'stopped' }),
];
const pool = { id: poolId(host1, 'p1'), name: 'Frankfurt', parent: undefined };

function open(options: LightOptions = {}) {
  const light = openStage({ nodes: [], vms: [], ...options });
  const nodes = options.nodes ?? [{ ...aNode('n1'), pool: pool.id }];
  light.store.push(host1, { kind: 'inventory', at: 0, inventory: { pools: [pool], nodes, vms: options.vms ?? vms } });
  light.store.flush();
  const to = (key: string) => light.state.view.toKey(key);
  return { ...light, to, tone: () => light.stage.message.current?.tone };
}

describe('a sorting that changes by itself', () => {
  const tree = () => {
    const calls: string[] = [];
    const steps: (number | undefined)[] = [];
    const fake = {
      shownVms: 0,
      sift: () => {
        calls.push('sift');
        return steps.shift();
      },
      resort: () => void calls.push('resort'),
    };
    const { clock } = open();
    let drawn = 0;
    const sifting = createSifting(fake as never, clock, () => drawn++);
    const done = () => calls.splice(0).join(' ');
    return { fake, steps, clock, sifting, done, drawn: () => drawn };
  };

  it('is done at once, and then every three seconds', async () => {
    const { sifting, done, clock, drawn } = tree();
    sifting.wake();
    expect(done()).toBe('resort sift');
    await clock.pass(2_999);
    sifting.wake();
    expect(done()).toBe('sift');
    await clock.pass(1);
    sifting.wake();
    expect([done(), drawn()]).toEqual(['resort sift', 0]);
  });

  it('is done less often for many VMs', async () => {
    const { sifting, done, clock, fake } = tree();
    fake.shownVms = 20_000;
    sifting.wake();
    done();
    await clock.pass(3_999);
    sifting.wake();
    expect(done()).toBe('sift');
    await clock.pass(1);
    sifting.wake();
    expect(done()).toBe('resort sift');
  });

  it('goes on in steps, is drawn when it is done, and ends when it is told', async () => {
    const { sifting, done, clock, steps, drawn } = tree();
    steps.push(10, 10);
    sifting.wake();
    sifting.wake();
    expect(done()).toBe('resort sift');
    await clock.pass(10);
    expect([done(), drawn()]).toEqual(['sift', 0]);
    await clock.pass(10);
    expect([done(), drawn()]).toEqual(['sift', 1]);
    await clock.pass(100);
    expect(done()).toBe('');
    steps.push(10);
    sifting.wake();
    done();
    sifting.stop();
    await clock.pass(100);
    expect(done()).toBe('');
  });
});
