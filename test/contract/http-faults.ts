import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VmId } from '../../src/ids.ts';
import type { Connection } from '../../src/platforms/contract.ts';
import type { HttpFacts, HttpRefusal, SeenRequest } from '../../src/platforms/testkit.ts';
import { type FaultProxy, type Mischief, startFaultProxy } from '../faults/http-proxy.ts';
import type { Bench } from './bench.ts';
import { patient } from './bench.ts';
import { refusal } from './refusal.ts';
import { createSkippingClock } from './skipping-clock.ts';

type Purpose = Parameters<HttpFacts['is']>[0];

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What every platform promises that speaks HTTP: a proxy stands before its server, and breaks things. */
export function httpFaults(bench: () => Bench, http: HttpFacts): void {
  let proxy: FaultProxy;

  beforeEach(async () => {
    proxy = await startFaultProxy(http.origin(bench().server.endpoint));
  });
  // The suite's own afterEach comes later: watches must be over before their server goes.
  afterEach(async () => {
    await bench().clear();
    await proxy.close();
  });

  const endpoint = () => http.proxied(bench().server.endpoint, proxy.origin);
  const connect = (): Promise<Connection> => bench().connect(endpoint());
  const watch = async () => bench().watch(await connect());
  const isFor =
    (purpose: Purpose) =>
    (request: SeenRequest): boolean =>
      http.is(purpose, request);
  const strike = (purpose: Purpose, does: Mischief, times?: number) =>
    proxy.order({ when: isFor(purpose), does, ...(times === undefined ? {} : { times }) });
  const answer = (refused: HttpRefusal): Mischief => ({ kind: 'answer', answer: refused });
  const count = (purpose: Purpose): number => proxy.seen.filter(isFor(purpose)).length;
  const on = (): Promise<VmId> => bench().server.runningVm();
  const off = (): Promise<VmId> => bench().server.stoppedVm();
  const started = async (connection: Connection) => refusal(connection.vm.start(await off(), patient()));
  const asked = async (connection: Connection) => refusal(connection.vm.info(await on(), patient()));

  describe('a session that has run out', () => {
    it('is renewed once, and the caller does not notice', async () => {
      const id = await on();
      const connection = await connect();
      const logins = count('login');
      strike('info', answer(http.refusals.loggedOut), 1);
      expect((await connection.vm.info(id, patient())).state).toBe('running');
      expect(count('login')).toBe(logins + 1);
    });

    it('is renewed once for all who notice at the same time', async () => {
      const id = await on();
      const connection = await connect();
      const logins = count('login');
      strike('info', answer(http.refusals.loggedOut), 3);
      await Promise.all([1, 2, 3].map(() => connection.vm.info(id, patient())));
      expect(count('login')).toBeLessThanOrEqual(logins + 2);
    });

    it('F-203 ends as auth.rejected when the new one is refused too, and is not tried for ever', async () => {
      const connection = await connect();
      const logins = count('login');
      strike('info', answer(http.refusals.loggedOut));
      expect(await asked(connection)).toMatchObject({ code: 'auth.rejected', retry: false });
      expect(count('login')).toBe(logins + 1);
    });
  });

  it('names the right that is missing', async () => {
    const connection = await connect();
    strike('start', answer(http.refusals.forbidden));
    const error = await started(connection);
    expect(error.code).toBe('auth.forbidden');
    expect(`${error.message} ${error.fix}`).toMatch(http.refusals.forbidden.names);
    expect(count('start')).toBe(1);
  });

  it('says vm.not-found for a VM that went while it was asked for', async () => {
    const connection = await connect();
    strike('info', answer(http.refusals.gone));
    expect((await asked(connection)).code).toBe('vm.not-found');
  });

  it('says op.conflict for a VM that is busy, and asks once', async () => {
    const connection = await connect();
    strike('start', answer(http.refusals.conflict));
    expect(await started(connection)).toMatchObject({ code: 'op.conflict', retry: false });
    expect(count('start')).toBe(1);
  });

  describe('a server that is busy', () => {
    const busy: HttpRefusal = { status: 429, reason: 'Too Many Requests', headers: { 'retry-after': '1' } };

    it('is left alone for as long as it wants, and then asked again', async () => {
      const { clock } = bench().server;
      const at: number[] = [];
      const note = (request: SeenRequest): boolean => {
        if (http.is('inventory', request)) at.push(clock.ticks());
        return false;
      };
      proxy.order({ when: note, does: answer(busy) });
      strike('inventory', answer(busy), 1);
      const watching = await watch();
      expect(watching.feeds[0]?.kind).toBe('inventory');
      const [first = Number.NaN, second = Number.NaN] = at;
      expect(second - first).toBeGreaterThan(900);
    });

    it('is not asked a second time to change something', async () => {
      const connection = await connect();
      strike('start', answer(busy));
      expect(await started(connection)).toMatchObject({ code: 'host.unreachable', retry: true });
      expect(count('start')).toBe(1);
    });

    it('ends the watch when it stays so, with an error that says that later may be better', async () => {
      const watching = await watch();
      strike('inventory', answer({ status: 503, reason: 'Service Unavailable', body: '<html>busy</html>' }));
      expect(await watching.ended).toMatchObject({ code: 'host.unreachable', retry: true });
    });
  });

  it('knows nothing of the outcome when a gateway lost it', async () => {
    const connection = await connect();
    strike('start', answer({ status: 504, reason: 'Gateway Time-out', body: '<html>lost</html>' }));
    expect((await started(connection)).code).toBe('outcome.unknown');
    expect(count('start')).toBe(1);
  });

  it('shows no list of which only half has come', async () => {
    const connection = await connect();
    strike('inventory', { kind: 'half' });
    const failure = await bench()
      .watch(connection)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'host.unreachable', retry: true });
  });

  it('names the request whose answer can not be read', async () => {
    const connection = await connect();
    strike('info', answer({ status: 200, reason: 'OK', body: http.malformed }));
    const error = await asked(connection);
    expect(error.code).toBe('host.protocol');
    expect(error.message).toMatch(/(GET|POST) \S+|\w+ \S*\/\S+/);
  });

  it.each<[string, Mischief]>([
    ['was cut before its answer came', { kind: 'cut after' }],
    ['gave half an answer', { kind: 'half' }],
    ['gave an answer that can not be read', { kind: 'answer', answer: { status: 200, body: http.malformed } }],
  ])('says outcome.unknown for a change whose link %s, and sends it once', async (_what, mischief) => {
    const id = await off();
    const watching = await watch();
    strike('start', mischief, 1);
    expect((await refusal(watching.connection.vm.start(id, patient()))).code).toBe('outcome.unknown');
    expect(count('start')).toBe(1);
    // What reached the server is done there: a VM that is still on its way would start in the middle of the next test.
    if (mischief.kind !== 'answer') await watching.untilState(id, 'running', bench().facts.startTakesMs);
  });

  it('shows afterwards what became of a change whose answer was lost', async () => {
    const id = await off();
    const watching = await watch();
    strike('start', { kind: 'cut after' }, 1);
    expect((await refusal(watching.connection.vm.start(id, patient()))).code).toBe('outcome.unknown');
    await watching.untilState(id, 'running', bench().facts.startTakesMs);
  });

  describe('a server that is silent', () => {
    /** With a server that leaves such a request without an answer. Until it is sent, all others have the time that they need. */
    const unanswered = async <T>(purpose: Purpose, ask: (connection: Connection) => Promise<T>): Promise<T> => {
      const clock = createSkippingClock();
      const context = { signal: patient(), clock, wire: () => {}, ask: {} };
      const connection = await bench().platform.connect(endpoint(), context);
      strike(purpose, { kind: 'silence' });
      const skips = setInterval(() => count(purpose) > 0 && clock.skip(MINUTE_MS), 50);
      try {
        return await ask(connection);
      } finally {
        clearInterval(skips);
        await connection.close();
      }
    };

    it('is given up after its time', async () => {
      expect(['host.unreachable', 'op.timeout']).toContain((await unanswered('info', asked)).code);
    });

    it('leaves the outcome of a change unknown', async () => {
      expect((await unanswered('start', started)).code).toBe('outcome.unknown');
      expect(count('start')).toBe(1);
    });
  });

  it('takes the time from its own clock, wherever the clock of the server stands', async () => {
    const skewed = new Date(Date.now() + DAY_MS).toUTCString();
    proxy.order({
      when: () => true,
      does: { kind: 'change', change: (reply) => ({ ...reply, headers: { ...reply.headers, date: skewed } }) },
    });
    const id = await off();
    const watching = await watch();
    await watching.connection.vm.start(id, patient());
    await watching.untilState(id, 'running', bench().facts.startTakesMs);
    for (const feed of watching.feeds) {
      if ('at' in feed) expect(Math.abs(feed.at - bench().server.clock.now())).toBeLessThan(60_000);
    }
  });

  const { repeatPage } = http;
  if (repeatPage) {
    it('notices a page that comes again and again', async () => {
      const connection = await connect();
      proxy.order({
        when: isFor('inventory'),
        does: {
          kind: 'change',
          change: (reply) => ({ ...reply, body: Buffer.from(repeatPage(reply.body.toString('utf8'))) }),
        },
      });
      const failure = await bench()
        .watch(connection)
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'host.protocol' });
    });
  }
}
