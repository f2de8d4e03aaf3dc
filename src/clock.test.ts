import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../test/clock.ts';
import { createNap, systemClock, wait } from './clock.ts';

const settled = (promise: Promise<unknown>) => {
  const state = { now: 'waiting' };
  promise.then(
    () => {
      state.now = 'over';
    },
    (error: Error) => {
      state.now = error.message;
    },
  );
  return state;
};

describe('a wait', () => {
  it('is over after its time, and not before', async () => {
    const clock = createTestClock();
    const state = settled(wait(clock, 1_000, new AbortController().signal));
    await clock.pass(999);
    expect(state.now).toBe('waiting');
    await clock.pass(1);
    expect(state.now).toBe('over');
  });

  it('ends with the reason of its signal, at once where that came before', async () => {
    const clock = createTestClock();
    const controller = new AbortController();
    const state = settled(wait(clock, 1_000, controller.signal));
    controller.abort(new Error('enough'));
    await clock.pass(0);
    expect(state.now).toBe('enough');
    const late = settled(wait(clock, 1_000, controller.signal));
    await clock.pass(0);
    expect(late.now).toBe('enough');
  });

  it('leaves nothing behind, neither a timer nor a listener', async () => {
    const clock = createTestClock();
    let timers = 0;
    const counting = {
      ...clock,
      after(ms: number, call: () => void) {
        timers++;
        const cancel = clock.after(ms, () => {
          timers--;
          call();
        });
        return () => {
          timers--;
          cancel();
        };
      },
    };
    const controller = new AbortController();
    const { signal } = controller;
    const first = wait(counting, 1_000, signal);
    await clock.pass(1_000);
    await first;
    expect([timers, getEventListeners(signal, 'abort').length]).toEqual([0, 0]);
    const second = settled(wait(counting, 1_000, signal));
    controller.abort(new Error('enough'));
    await clock.pass(0);
    expect([timers, second.now]).toEqual([0, 'enough']);
  });
});

describe('a nap', () => {
  it('ends by itself, or when it is woken; to wake without a sleeper does nothing', async () => {
    const clock = createTestClock();
    const nap = createNap(clock, new AbortController().signal);
    nap.wake();
    const first = settled(nap.sleep(1_000));
    await clock.pass(999);
    expect(first.now).toBe('waiting');
    nap.wake();
    await clock.pass(0);
    expect(first.now).toBe('over');
    nap.wake();
    const second = settled(nap.sleep(1_000));
    await clock.pass(999);
    expect(second.now).toBe('waiting');
    await clock.pass(1);
    expect(second.now).toBe('over');
  });

  it('ends with the reason of its signal, and is not over when it is woken at the same time', async () => {
    const clock = createTestClock();
    const controller = new AbortController();
    const nap = createNap(clock, controller.signal);
    const first = settled(nap.sleep(1_000));
    controller.abort(new Error('enough'));
    await clock.pass(0);
    expect(first.now).toBe('enough');
    const other = new AbortController();
    const both = createNap(clock, other.signal);
    const second = settled(both.sleep(1_000));
    both.wake();
    other.abort(new Error('enough'));
    await clock.pass(0);
    expect(second.now).not.toBe('over');
  });
});

describe("the system's clock", () => {
  it('says the time of day, measures, calls back, and can be asked not to', async () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(60_000);
    const before = systemClock.ticks();
    let cancelled = false;
    systemClock.after(0, () => {
      cancelled = true;
    })();
    await new Promise<void>((resolve) => void systemClock.after(1, resolve));
    expect(cancelled).toBe(false);
    expect(systemClock.ticks()).toBeGreaterThan(before);
  });
});
