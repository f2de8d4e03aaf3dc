import { describe, expect, it } from 'vitest';
import { FleetError } from '../../src/errors.ts';
import { endpointName } from '../../src/ids.ts';
import { ALIVE, FLEET, openLinks, openUp } from './session-links.ts';

const h1 = endpointName('h1');
const unreachable = () => new FleetError('host.unreachable', 'no route', { retry: true });

describe('a new attempt', () => {
  it.each([
    [0, 0.8],
    [0.5, 1],
    [1, 1.2],
  ])('comes later and later, with a jitter of %d', async (random, factor) => {
    const { sessions, spec, clock, attempts, last } = openLinks({ random });
    sessions.open(spec());
    await clock.pass(0);
    for (let failed = 1; failed <= 7; failed++) {
      await last().refuse(unreachable());
      await clock.pass(20_000);
    }
    const waits = attempts.slice(1).map(({ at }, index) => at - 20_000 * index);
    expect(waits.map((ms) => Math.round(ms / factor))).toEqual([1, 2, 4, 8, 15, 15, 15].map((s) => s * 1_000));
  });

  it('comes a second after a link that had worked, however often it failed before', async () => {
    const { sessions, spec, clock, last, attempts } = openLinks();
    sessions.open(spec());
    await clock.pass(0);
    for (let failed = 1; failed <= 4; failed++) {
      await last().refuse(unreachable());
      await clock.pass(8_000);
    }
    const link = await last().connect();
    link.feed(FLEET);
    await link.end(unreachable());
    const endedAt = clock.ticks();
    await clock.pass(20_000);
    expect((attempts.at(-1)?.at ?? 0) - endedAt).toBe(1_000);
  });

  it.each([
    ['host.unreachable', false, 'down', 1_000],
    ['op.timeout', false, 'down', 1_000],
    ['host.protocol', true, 'down', 1_000],
    ['host.protocol', false, 'blocked', undefined],
    ['auth.rejected', false, 'blocked', undefined],
    ['config.secret', false, 'blocked', undefined],
    ['trust.changed-host', false, 'blocked', 15_000],
    ['trust.tls', false, 'blocked', 15_000],
  ] as const)('after %s (retry: %s) it is %s, and tried after %s ms', async (code, retry, phase, after) => {
    const { sessions, spec, clock, last, status, attempts, told } = openLinks();
    sessions.open(spec());
    await clock.pass(0);
    await last().refuse(new FleetError(code, 'no', { retry }));
    expect(status()).toMatchObject({ phase, problem: { code, message: 'no' } });
    expect(told).toEqual(code === 'auth.rejected' ? ['h1 was rejected'] : []);
    await clock.pass((after ?? 3_600_000) - 1);
    expect(attempts).toHaveLength(1);
    await clock.pass(1);
    expect(attempts).toHaveLength(after === undefined ? 1 : 2);
  });

  it('is made again by itself after a bug, which is reported as one', async () => {
    const { sessions, spec, clock, last, status, attempts } = openLinks();
    sessions.open(spec());
    await clock.pass(0);
    const ready = sessions.ready(h1).catch((error) => error);
    await last().refuse(new TypeError('x is not a function'));
    expect(status()).toMatchObject({ phase: 'down', problem: { code: 'bug', message: 'x is not a function' } });
    expect(await ready).toBeInstanceOf(TypeError);
    await clock.pass(1_000);
    expect(attempts).toHaveLength(2);
  });

  it('is made for an endpoint whose secret can not be looked up only when a user asks', async () => {
    const { sessions, spec, clock, status } = openLinks();
    let asked = 0;
    const resolve = () => {
      asked++;
      return Promise.reject(new FleetError('config.secret', 'h1: Password: nope'));
    };
    sessions.open(spec('h1', { resolve }));
    await clock.pass(600_000);
    expect([asked, status()?.phase]).toEqual([1, 'blocked']);
    sessions.reconnect(h1, {}).catch(() => {});
    await clock.pass(0);
    expect([asked, status()?.phase]).toEqual([2, 'blocked']);
  });

  it('is given up after half a minute, and the platform learns of it', async () => {
    const { sessions, spec, clock, last, status } = openLinks();
    sessions.open(spec());
    await clock.pass(29_999);
    const { signal } = last().context;
    expect([status()?.phase, signal.aborted]).toEqual(['connecting', false]);
    await clock.pass(1);
    expect(signal.aborted).toBe(true);
    expect(status()).toMatchObject({
      phase: 'down',
      problem: { code: 'host.unreachable', message: 'h1: no connection within 30 s' },
    });
  });

  it.each([
    ['auth.rejected', 'blocked', 'no'],
    ['host.protocol', 'down', 'h1: no connection within 30 s'],
  ] as const)('whose platform says %s when its time is over is %s', async (code, phase, message) => {
    const { sessions, spec, clock, status } = openLinks({ givenUp: new FleetError(code, 'no') });
    sessions.open(spec());
    await clock.pass(30_000);
    expect(status()).toMatchObject({ phase, problem: { message } });
  });

  it('does not end while the link that it made is up', async () => {
    const { status, link, clock, last } = await openUp();
    for (let second = 0; second < 60; second++) {
      link.feed(ALIVE);
      await clock.pass(1_000);
    }
    expect([status()?.phase, last().context.signal.aborted]).toEqual(['up', false]);
  });

  it.each(['trust', 'secret'] as const)('waits for a user who is asked (%s) as long as they like', async (question) => {
    const { sessions, spec, clock, last, status } = openLinks();
    sessions.open(spec());
    await clock.pass(0);
    await last().refuse(new FleetError('auth.needs-secret', 'who?'));
    const asked: unknown[] = [];
    const answer = (what: unknown) => {
      asked.push(what);
      return Promise.resolve('yes' as never);
    };
    sessions.reconnect(h1, { [question]: answer }).catch(() => {});
    await clock.pass(10_000);
    const { ask, signal } = last().context;
    expect(Object.keys(ask)).toEqual([question]);
    expect(await ask[question]?.('it' as never)).toBe('yes');
    await clock.pass(600_000);
    expect([asked, signal.aborted, status()?.phase]).toEqual([['it'], false, 'connecting']);
  });

  it('asks nothing any more once the attempt that the user made has failed', async () => {
    const { sessions, spec, clock, last } = openLinks();
    sessions.open(spec());
    await clock.pass(0);
    await last().refuse(unreachable());
    sessions.reconnect(h1, { secret: async () => 'x' }).catch(() => {});
    await clock.pass(0);
    expect(Object.keys(last().context.ask)).toEqual(['secret']);
    await last().refuse(unreachable());
    await clock.pass(5_000);
    expect(Object.keys(last().context.ask)).toEqual([]);
  });
});
