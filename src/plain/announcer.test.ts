import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import type { Row } from '../state/query/tree.ts';
import { createAnnouncer } from './announcer.ts';
import { createVoice } from './voice.ts';

/** A cursor over rows of VMs, and what is said about them. */
function open() {
  const clock = createTestClock();
  let written = '';
  const voice = createVoice((text) => {
    written += text;
  });
  const vms = new Map<string, { name: string; state: string; memory: number }>();
  const store = {
    settled: true,
    fleet: {
      vms,
      nodes: new Map(),
      endpoints: new Map(),
      pools: new Map(),
      grouping: { pools: [] },
      samples: { of: () => ({ cpu: Number.NaN, memory: Number.NaN }) },
    },
  };
  let at: string | undefined;
  const current = () => (at === undefined ? undefined : ({ kind: 'vm', id: at, key: `vm ${at}`, depth: 0 } as Row));
  const state = { sums: {}, view: { marks: new Set(), current } };
  const announcer = createAnnouncer(state as never, store as never, clock, voice, () => 'Nothing here.');
  const put = (id: string, vmState: string) => vms.set(id, { name: id.slice(4), state: vmState, memory: 1024 ** 3 });
  for (const id of ['lab/a', 'lab/b', 'lab/c']) put(id, 'running');
  return {
    clock,
    announcer,
    store,
    put,
    goTo: (id: string | undefined) => {
      at = id;
    },
    said: () => {
      const now = written;
      written = '';
      return now;
    },
  };
}
const A = 'a, running, memory 1.0G\n';
const B = 'b, running, memory 1.0G\n';
const C = 'c, running, memory 1.0G\n';

describe('the cursor', () => {
  it('is reported where it is, at once, and again only where it went or something else changed', () => {
    const { announcer, goTo, said } = open();
    goTo('lab/a');
    announcer.moved();
    expect(said()).toBe(A);
    announcer.moved();
    expect(said()).toBe('');
  });

  it('that moves fast is told of where it stops, 120 ms after the last thing that was said', async () => {
    const { announcer, clock, goTo, said } = open();
    goTo('lab/a');
    announcer.moved();
    said();
    goTo('lab/b');
    announcer.moved();
    await clock.pass(60);
    goTo('lab/c');
    announcer.moved();
    await clock.pass(59);
    expect(said()).toBe('');
    await clock.pass(1);
    expect(said()).toBe(C);
    await clock.pass(120);
    goTo('lab/b');
    announcer.moved();
    expect(said()).toBe(B);
    announcer.moved(true);
    await clock.pass(120);
    expect(said()).toBe(B);
  });

  it('without a row is told what is there instead', () => {
    const { announcer, said } = open();
    announcer.moved(true);
    expect(said()).toBe('Nothing here.\n');
  });
});

describe('what lands', () => {
  it('is told of the row under the cursor, once in two seconds and as it is then', async () => {
    const { announcer, clock, goTo, put, said } = open();
    goTo('lab/a');
    announcer.moved();
    said();
    announcer.landed();
    put('lab/b', 'stopped');
    announcer.landed();
    expect(said()).toBe('');
    put('lab/a', 'stopping');
    announcer.landed();
    expect(said()).toBe('a: stopping\n');
    put('lab/a', 'stopped');
    announcer.landed();
    put('lab/a', 'starting');
    announcer.landed();
    await clock.pass(1_999);
    expect(said()).toBe('');
    await clock.pass(1);
    expect(said()).toBe('a: starting\n');
    await clock.pass(2_000);
    put('lab/a', 'running');
    announcer.landed();
    expect(said()).toBe('a: running\n');
  });

  it('is not told of a row that the cursor has left meanwhile', async () => {
    const { announcer, clock, goTo, put, said } = open();
    goTo('lab/a');
    announcer.moved();
    put('lab/a', 'stopping');
    announcer.landed();
    await clock.pass(1_000);
    said();
    put('lab/a', 'stopped');
    goTo('lab/b');
    announcer.moved();
    await clock.pass(2_000);
    expect(said()).toBe(B);
  });

  it('moves the cursor where its row is gone', () => {
    const { announcer, clock, goTo, said } = open();
    goTo('lab/a');
    announcer.moved();
    said();
    goTo('lab/c');
    announcer.landed();
    return clock.pass(120).then(() => expect(said()).toBe(C));
  });

  it('is waited for in the beginning: no row is read out of a fleet that still comes in', () => {
    const { announcer, goTo, said, store } = open();
    store.settled = false;
    goTo('lab/a');
    announcer.landed();
    expect(said()).toBe('');
    store.settled = true;
    announcer.landed();
    expect(said()).toBe(A);
    store.settled = false;
    goTo(undefined);
    announcer.landed();
    expect(said()).toBe('');
  });

  it('is reported no more when it has stopped', async () => {
    const { announcer, clock, goTo, put, said } = open();
    goTo('lab/a');
    announcer.moved();
    put('lab/a', 'stopping');
    announcer.landed();
    goTo('lab/b');
    announcer.moved();
    said();
    announcer.stop();
    put('lab/a', 'stopped');
    goTo('lab/a');
    await clock.pass(10_000);
    expect(said()).toBe('');
  });
});
