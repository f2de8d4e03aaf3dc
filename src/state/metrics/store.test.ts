import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import type { FromThread, ToThread } from './messages.ts';
import { createMetricStore, type Thread } from './store.ts';

const key = { source: 'kvm host1', object: 'web1', machine: 'uuid-1' };
const block = { minute: 1, keys: [key], means: new Float64Array(6) };
const limits = { days: 1, bytes: 1 };

/** A thread that answers when the test says so. */
function open() {
  const clock = createTestClock();
  const orders: ToThread[] = [];
  const troubles: string[] = [];
  const state = { isHeld: false, ended: 0, started: 0 };
  let tell: (message: FromThread) => void = () => {};
  let crash: (error: Error) => void = () => {};
  const start = (): Thread => {
    state.started++;
    return {
      postMessage: (order) => void orders.push(order as ToThread),
      on(event: string, listener: unknown) {
        if (event === 'message') tell = listener as typeof tell;
        else crash = listener as typeof crash;
      },
      ref() {
        state.isHeld = true;
      },
      unref() {
        state.isHeld = false;
      },
      async terminate() {
        state.ended++;
      },
    };
  };
  const trouble = (message: string) => void troubles.push(message);
  const store = createMetricStore({ file: '/state/metrics.db', clock, trouble, start });
  const fail = (call: number, message: string, isKnown = true) =>
    tell({ call, kind: 'failed', isKnown, message, fix: isKnown ? 'move it away' : undefined, stack: undefined });
  return {
    ...{ store, clock, orders, troubles, state, fail },
    done: (call: number) => tell({ call, kind: 'done', history: { stepMs: 1, rows: [] } }),
    crash: (error: Error) => crash(error),
  };
}

describe('the metrics on the disk, as the program sees them', () => {
  it('are written without a wait; the thread is started for them, and holds the program only while they are', async () => {
    const { store, orders, state, done } = open();
    expect(state.started).toBe(0);
    await store.written();
    store.add(block);
    store.tidy(limits);
    expect([state.started, state.isHeld, orders.map(({ kind }) => kind)]).toEqual([1, true, ['add', 'tidy']]);
    done(1);
    expect(state.isHeld).toBe(true);
    done(2);
    expect(state.isHeld).toBe(false);
    await store.written();
  });

  it('report once why nothing can be kept, and what to do about it', async () => {
    const { store, troubles, fail } = open();
    store.add(block);
    store.add(block);
    fail(1, '/state/metrics.db is damaged; no metrics are kept');
    fail(2, '/state/metrics.db is damaged; no metrics are kept');
    await store.written();
    expect(troubles).toEqual(['/state/metrics.db is damaged; no metrics are kept: move it away']);
  });

  it('are read, refused with the sentence of the thread, or given up', async () => {
    const { store, done, fail, state } = open();
    const read = (signal = new AbortController().signal) => store.read(key, 'day', signal);
    const one = read();
    done(1);
    expect(await one).toEqual({ stepMs: 1, rows: [] });
    const two = read();
    fail(2, 'this Node has no SQLite');
    await expect(two).rejects.toMatchObject({ code: 'op.failed', message: 'this Node has no SQLite' });
    const controller = new AbortController();
    const three = read(controller.signal);
    controller.abort(new Error('not looked at any more'));
    await expect(three).rejects.toThrow('not looked at any more');
    expect(state.isHeld).toBe(false);
    await expect(read(AbortSignal.abort(new Error('at once')))).rejects.toThrow('at once');
  });

  it('are not waited for longer than two seconds at the end', async () => {
    const { store, clock, state, orders } = open();
    store.add(block);
    const closed = store.close();
    expect(orders.map(({ kind }) => kind)).toEqual(['add', 'close']);
    await clock.pass(2_000);
    await closed;
    expect(state.ended).toBe(1);
    store.add(block);
    expect(state.started).toBe(1);
  });

  it('do not pile up in front of a disk that hangs', () => {
    const { store, orders } = open();
    for (let minute = 0; minute < 1_100; minute++) store.add(block);
    expect(orders).toHaveLength(1_000);
  });

  it('end for this run with the thread', async () => {
    const { store, troubles, crash, state } = open();
    store.add(block);
    crash(new Error('out of memory'));
    await expect(store.read(key, 'day', new AbortController().signal)).rejects.toThrow('out of memory');
    await store.close();
    expect([troubles, state.started]).toEqual([['no metrics are kept: out of memory'], 1]);
  });
});
