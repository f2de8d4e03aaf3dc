import { describe, expect, it } from 'vitest';
import { openWithPool } from '../../../test/screens/light-fleet.ts';
import { createSifting } from './sifting.ts';

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
    const { clock } = openWithPool();
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

  it('goes on in steps, is drawn when it is done, and ends when it is asked to', async () => {
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
