import { describe, expect, it } from 'vitest';
import { FleetError } from '../../src/errors.ts';
import { endpointName } from '../../src/ids.ts';
import { ALIVE, CHANGES, COMPLETE, FLEET, openLinks, openUp } from './session-links.ts';

const h1 = endpointName('h1');
const unreachable = () => new FleetError('host.unreachable', 'no route', { retry: true });

describe('how an endpoint stands', () => {
  it('is reported from its first moment on, with what is known of it', async () => {
    const { sessions, spec, status, clock, last } = openLinks();
    const at = clock.now();
    sessions.open(spec('h1', { readOnly: 'says the configuration' }));
    const always = { name: 'h1', platform: 'lab', address: 'root@h1', readOnly: 'says the configuration' };
    expect(status()).toEqual({ ...always, phase: 'idle', since: at });
    await clock.pass(100);
    expect(status()).toEqual({ ...always, phase: 'connecting', since: at });
    const link = await last().connect();
    await clock.pass(100);
    expect([status()?.phase, sessions.connection(h1)]).toEqual([
      'connecting',
      expect.objectContaining({ wrappedFor: 'h1' }),
    ]);
    link.feed(FLEET);
    expect(status()).toEqual({ ...always, phase: 'up', since: at + 200 });
    await clock.pass(100);
    link.feed(FLEET);
    expect(status()?.since).toBe(at + 200);
    await link.end(new FleetError('host.protocol', 'it speaks in tongues', { retry: true, fix: 'listen' }));
    expect(status()).toEqual({
      ...always,
      phase: 'down',
      since: at + 300,
      staleSince: at + 300,
      problem: { code: 'host.protocol', message: 'it speaks in tongues', fix: 'listen' },
    });
    expect([link.closed(), sessions.connection(h1)]).toEqual([true, undefined]);
  });

  it('has no reason of its own when it may be changed, and no fix where there is none', async () => {
    const { status, link } = await openUp();
    expect(status()).not.toHaveProperty('readOnly');
    await link.end(unreachable());
    expect(status()).toMatchObject({ phase: 'down', problem: { code: 'host.unreachable', message: 'no route' } });
    expect(status()?.problem).not.toHaveProperty('fix');
  });

  it('is down when the other side ends the connection, and connected again after a second', async () => {
    const { status, link, clock, attempts } = await openUp();
    await link.end();
    expect(status()).toMatchObject({
      phase: 'down',
      problem: { code: 'host.unreachable', message: 'h1 ended the connection' },
    });
    await clock.pass(999);
    expect(attempts).toHaveLength(1);
    await clock.pass(1);
    expect([attempts.length, status()?.phase]).toEqual([2, 'connecting']);
    expect(status()?.staleSince).toBe(clock.now() - 1_000);
  });

  it('is idle when it is disabled', async () => {
    const { sessions, spec, status, clock, attempts } = openLinks();
    sessions.open(spec('h1', { enabled: false }));
    await expect(sessions.ready(h1)).rejects.toMatchObject({ code: 'op.refused', message: 'h1 is disabled' });
    await clock.pass(60_000);
    expect([status()?.phase, attempts]).toEqual(['idle', []]);
    await sessions.close();
  });

  it('keeps a time from before when the same link says that it has nothing new', async () => {
    const { status, link, clock } = await openUp();
    link.feed(ALIVE);
    const { since } = status() ?? {};
    await clock.pass(5_000);
    expect(status()?.staleSince).toBe(clock.now() - 5_000);
    await clock.pass(2_000);
    expect(status()?.staleSince).toBe(clock.now() - 7_000);
    link.feed(ALIVE);
    expect(status()).toMatchObject({ phase: 'up', since });
    expect(status()?.staleSince).toBeUndefined();
  });

  it.each([
    [1_000, 1_000, 2_200],
    [2_400, 2_400, 3_600],
    [10_000, 10_000, 15_000],
    [1_000, 6_000, 7_200],
  ])(
    'is stale when every %d ms something should come, %d ms may pass in silence, and nothing came for %d ms',
    async (everyMs, silentMs, silence) => {
      const { status, clock, link } = await openUp({}, { everyMs, silentMs });
      expect(link.watch.everyMs()).toBe(everyMs);
      let at = 0;
      for (; status()?.staleSince === undefined && at < 20_000; at += 100) await clock.pass(100);
      expect(at).toBeGreaterThan(silence);
      expect(at).toBeLessThanOrEqual(silence + 400);
    },
  );
});

describe('sessions', () => {
  it('connect sixteen at a time, the next when one is there, has failed, or takes half a second', async () => {
    const { sessions, spec, clock, attempts } = openLinks();
    for (let at = 0; at < 40; at++) sessions.open(spec(`h${at}`));
    await clock.pass(499);
    expect(attempts).toHaveLength(16);
    await attempts[0]?.connect();
    await attempts[1]?.refuse(unreachable());
    await clock.pass(0);
    expect(attempts).toHaveLength(18);
    await clock.pass(1);
    expect(attempts).toHaveLength(32);
    await clock.pass(500);
    expect(attempts.length).toBeGreaterThanOrEqual(40);
    await sessions.close();
  });

  it('know nothing of an endpoint that is not theirs', async () => {
    const { sessions } = openLinks();
    const message = 'there is no endpoint h1';
    const wanted = { code: 'endpoint.not-found', message };
    await expect(sessions.ready(h1)).rejects.toMatchObject(wanted);
    await expect(sessions.reconnect(h1, {})).rejects.toMatchObject(wanted);
    await expect(sessions.heard(h1, AbortSignal.timeout(1_000))).rejects.toMatchObject(wanted);
    expect([sessions.connection(h1), sessions.current(h1)]).toEqual([undefined, undefined]);
    await sessions.remove(h1);
    await sessions.close();
  });

  it('are the same across lost links, and others once they are opened again', async () => {
    const { sessions, clock, link, last, spec } = await openUp();
    const before = sessions.current(h1);
    await link.end(unreachable());
    await clock.pass(1_000);
    await last().connect();
    expect(sessions.current(h1)).toBe(before);
    sessions.open(spec());
    expect(sessions.current(h1)).not.toBe(before);
    await sessions.close();
  });

  it('of a name that is opened again end the former one first, and take its rows away', async () => {
    const { sessions, clock, link, last, spec, store, status, attempts } = await openUp();
    sessions.open(spec('h1', { address: 'elsewhere' }));
    expect(link.watch.signal.aborted).toBe(true);
    await clock.pass(100);
    expect([link.closed(), attempts.length, store.fleet.vms.size]).toEqual([true, 2, 0]);
    link.feed(FLEET);
    await clock.pass(100);
    expect([store.fleet.vms.size, status()]).toMatchObject([0, { address: 'elsewhere', phase: 'connecting' }]);
    (await last().connect()).feed(FLEET);
    expect(status()?.phase).toBe('up');
    expect(store.fleet.vms.size).toBe(1);
  });

  it('end with their links, whatever they were doing, and do nothing afterwards', async () => {
    const { sessions, clock, link, spec, attempts, status, waiting } = await openUp({
      cache: { read: async () => undefined, write: async () => {} },
    });
    sessions.open(spec('h2'));
    sessions.open(spec('h3'));
    await clock.pass(0);
    await attempts.find(({ endpoint }) => endpoint === 'h3')?.refuse(unreachable());
    const before = [status('h1'), status('h2'), status('h3')];
    await sessions.close();
    expect([link.closed(), waiting()]).toEqual([true, 0]);
    const made = attempts.length;
    await clock.pass(600_000);
    expect(attempts).toHaveLength(made);
    expect([status('h1'), status('h2'), status('h3')]).toEqual(before);
    expect(attempts.find(({ endpoint }) => endpoint === 'h2')?.context.signal.reason).toMatchObject({
      code: 'op.cancelled',
      message: 'h2 is closed',
    });
  });

  it('that are up are not connected again', async () => {
    const { sessions, attempts, link } = await openUp();
    await sessions.reconnect(h1, {});
    expect([attempts.length, link.closed()]).toEqual([1, false]);
  });

  it('that are being connected begin again for a user who can be asked, and tell the platform', async () => {
    const { sessions, spec, clock, last, attempts } = openLinks();
    sessions.open(spec());
    await clock.pass(0);
    const first = last();
    const connected = sessions.reconnect(h1, {});
    await clock.pass(0);
    expect(first.context.signal.reason).toMatchObject({
      code: 'op.cancelled',
      message: 'h1: a new attempt to connect has begun',
    });
    expect(attempts).toHaveLength(2);
    (await last().connect()).feed(FLEET, COMPLETE);
    await connected;
  });
});

describe('a caller that waits', () => {
  it('for all to be known goes on when the endpoint has said so', async () => {
    const { sessions, spec, clock, last } = openLinks();
    sessions.open(spec());
    let ready = false;
    void sessions.ready(h1).then(() => {
      ready = true;
    });
    await clock.pass(0);
    const link = await last().connect();
    link.feed(FLEET, ALIVE);
    await clock.pass(100);
    expect(ready).toBe(false);
    link.feed(COMPLETE);
    await clock.pass(0);
    expect(ready).toBe(true);
  });

  async function openHeard() {
    const open = await openUp();
    await open.clock.pass(500);
    const abort = new AbortController();
    let heard = '';
    void open.sessions.heard(h1, abort.signal).then(
      () => {
        heard = 'heard';
      },
      (error) => {
        heard = error.message;
      },
    );
    return { ...open, abort, heard: () => heard };
  }

  it.each([
    ['changes', CHANGES],
    ['an inventory', FLEET],
  ])('for its next word hears of %s once they have landed', async (_what, feed) => {
    const { clock, link, heard, store } = await openHeard();
    await clock.pass(10_000);
    expect(heard()).toBe('');
    link.feed(feed);
    await Promise.resolve();
    expect([heard(), store.settled]).toEqual(['', false]);
    await clock.pass(100);
    expect([heard(), store.settled]).toEqual(['heard', true]);
  });

  it('for its next word hears of it after the second tick without an update', async () => {
    const { clock, link, heard, store } = await openHeard();
    link.feed(ALIVE);
    await clock.pass(500);
    // What lands of another endpoint says nothing about this one.
    store.push(endpointName('h2'), { kind: 'events', events: [{ at: 0, subject: undefined, text: 'x' }] });
    await clock.pass(500);
    expect(heard()).toBe('');
    link.feed({ kind: 'node-samples', samples: [] });
    await clock.pass(1_000);
    expect(heard()).toBe('heard');
  });

  it('may give up', async () => {
    const { clock, link, heard, abort, sessions } = await openHeard();
    abort.abort(new Error('no time'));
    await clock.pass(0);
    expect(heard()).toBe('no time');
    link.feed(CHANGES);
    await clock.pass(100);
    expect(heard()).toBe('no time');
    await expect(sessions.heard(h1, abort.signal)).rejects.toThrow('no time');
  });
});

describe('what was there', () => {
  function openCache(last?: { at: number }) {
    const written: { readonly ticks: number; readonly at: number; readonly vms: number }[] = [];
    const open = openLinks({
      cache: {
        read: async () =>
          last && FLEET.kind === 'inventory' ? { at: last.at, inventory: FLEET.inventory } : undefined,
        write: async (_spec, { at, inventory }) => {
          written.push({ ticks: open.clock.ticks(), at: at - open.clock.now(), vms: inventory.vms.length });
        },
      },
    });
    open.sessions.open(open.spec());
    return { ...open, written };
  }

  it('is kept five seconds after it is whole, and every two minutes', async () => {
    const { clock, last, written, sessions } = openCache();
    await clock.pass(1_000);
    const link = await last().connect();
    link.feed(FLEET);
    await clock.pass(60_000);
    expect(written).toEqual([]);
    link.feed(COMPLETE);
    await clock.pass(4_000);
    link.feed(CHANGES);
    await clock.pass(999);
    expect(written).toEqual([]);
    await clock.pass(1);
    expect(written).toEqual([{ ticks: 66_000, at: -1_000, vms: 2 }]);
    await clock.pass(240_000);
    expect(written.map(({ ticks }) => ticks)).toEqual([66_000, 186_000, 306_000]);
    await sessions.close();
    await clock.pass(600_000);
    expect(written).toHaveLength(3);
  });

  it('is kept once for a link that is whole twice in five seconds, and not while the link is down', async () => {
    const { clock, last, written } = openCache();
    await clock.pass(0);
    const link = await last().connect();
    link.feed(FLEET, COMPLETE);
    await clock.pass(3_000);
    link.feed(COMPLETE);
    await clock.pass(5_000);
    expect(written.map(({ ticks }) => ticks)).toEqual([8_000]);
    await link.end(unreachable());
    await clock.pass(300_000);
    expect(written).toHaveLength(1);
  });

  it('is shown at the start, stale since it was true, and gives way to what the endpoint says', async () => {
    const { clock, last, status, store } = openCache({ at: 7 });
    await clock.pass(0);
    expect(status()).toMatchObject({ phase: 'connecting', staleSince: 7 });
    expect(store.fleet.vms.size).toBe(1);
    await last().refuse(new FleetError('auth.rejected', 'no'));
    expect(status()).toMatchObject({ phase: 'blocked', staleSince: 7, problem: { code: 'auth.rejected' } });
  });

  it('is not shown when the endpoint has spoken already, or is gone', async () => {
    const read = Promise.withResolvers<never>();
    const open = openLinks({ cache: { read: () => read.promise, write: async () => {} } });
    open.sessions.open(open.spec());
    open.sessions.open(open.spec('h2'));
    await open.clock.pass(0);
    const link = await open.attempts[0]?.connect();
    link?.feed({ kind: 'inventory', at: 0, inventory: { pools: [], nodes: [], vms: [] } });
    const removed = open.sessions.remove(endpointName('h2'));
    read.resolve({ at: 7, inventory: FLEET.kind === 'inventory' && FLEET.inventory } as never);
    await open.clock.pass(100);
    await removed;
    expect([open.store.fleet.vms.size, open.status()?.staleSince]).toEqual([0, undefined]);
  });
});
