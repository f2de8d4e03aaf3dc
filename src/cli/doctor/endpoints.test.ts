import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import type { App } from '../../compose.ts';
import { FleetError } from '../../errors.ts';
import { type EndpointName, endpointName } from '../../ids.ts';
import type { Check } from '../../platforms/contract.ts';
import { testEndpoints } from './endpoints.ts';
import type { Finding } from './finding.ts';

type Test = (name: EndpointName, signal: AbortSignal) => Promise<readonly Check[]>;

/** The endpoints a, b … are tested like this, by a program that knows nothing else of them. */
function examine(count: number, test: Test, config: object = {}) {
  const clock = createTestClock();
  const interrupt = new AbortController();
  const names = Array.from({ length: count }, (_, at) => endpointName(`e${at + 1}`));
  const app = {
    clock,
    config: () => ({ endpoints: new Map(names.map((name) => [name, { enabled: true, ...config }])) }),
    testEndpoint: (name: EndpointName, _ask: object, signal: AbortSignal) => test(name, signal),
  } as unknown as App;
  const found: Finding[] = [];
  const ended = testEndpoints(app, names, interrupt.signal, async (findings) => void found.push(...findings));
  return { clock, interrupt, found, ended };
}
const check = (name: string, ok: boolean, fix?: string): Check => ({
  check: name,
  ok,
  detail: `${name} was looked at`,
  ...(fix === undefined ? {} : { fix }),
});
const testing = async (test: Test, config?: object) => {
  const { found, ended } = examine(1, test, config);
  await ended;
  return found;
};

describe('endpoints that doctor tests', () => {
  it('are one line when all is well, and one more for what could be better', async () => {
    expect(await testing(async () => [check('port', true), check('key', true, 'renew it')])).toEqual([
      { about: 'endpoint e1', state: 'ok', detail: '2 checks passed' },
      { about: 'endpoint e1', state: 'warning', detail: 'key: key was looked at', fix: 'renew it' },
    ]);
  });

  it('are one line for each check that failed', async () => {
    expect(
      await testing(async () => [check('port', true), check('key', false, 'trust it'), check('login', false)]),
    ).toEqual([
      { about: 'endpoint e1', state: 'failed', detail: 'key: key was looked at', fix: 'trust it' },
      { about: 'endpoint e1', state: 'failed', detail: 'login: login was looked at' },
    ]);
  });

  it('are not called by their name twice when they can not be tested', async () => {
    const fail = (error: unknown) => testing(() => Promise.reject(error));
    expect(await fail(new FleetError('config.secret', 'e1: the secret is gone', { fix: 'write it' }))).toEqual([
      { about: 'endpoint e1', state: 'failed', detail: 'the secret is gone', fix: 'write it' },
    ]);
    expect(await fail(new Error('no socket'))).toEqual([
      { about: 'endpoint e1', state: 'failed', detail: 'no socket' },
    ]);
  });

  it('are left alone when they are switched off or not configured right', async () => {
    const never: Test = async () => Promise.reject(new Error('it was tested'));
    expect(await testing(never, { enabled: false })).toEqual([
      { about: 'endpoint e1', state: 'ok', detail: 'is switched off, so it was not tested' },
    ]);
    expect(await testing(never, { trouble: new Error('x') })).toEqual([
      { about: 'endpoint e1', state: 'failed', detail: 'is out of use until the configuration is fixed' },
    ]);
  });

  it('have half a minute each, and are told to stop then', async () => {
    let told: AbortSignal | undefined;
    const { clock, found, ended } = examine(1, (_name, signal) => {
      told = signal;
      return new Promise(() => {});
    });
    await clock.pass(29_999);
    expect([found, told?.aborted]).toEqual([[], false]);
    await clock.pass(1);
    await ended;
    expect(found).toEqual([{ about: 'endpoint e1', state: 'failed', detail: 'no end after 30 s' }]);
    expect(told?.aborted).toBe(true);
  });

  it('end with the command when it is interrupted, as long as one of them has not ended', async () => {
    const { clock, interrupt, found, ended } = examine(1, () => new Promise(() => {}));
    await clock.pass(10);
    interrupt.abort(new FleetError('op.cancelled', 'interrupted'));
    await expect(ended).rejects.toMatchObject({ code: 'op.cancelled' });
    expect(found).toEqual([]);
  });

  it('are tested 64 at a time, and the next one as soon as one is through', async () => {
    const ends: (() => void)[] = [];
    const { clock, found, ended } = examine(70, () => new Promise((resolve) => ends.push(() => resolve([]))));
    await clock.pass(10);
    expect(ends).toHaveLength(64);
    ends[0]?.();
    await clock.pass(10);
    expect([ends.length, found.length]).toEqual([65, 1]);
    for (let at = 1; at < 70; at++) {
      ends[at]?.();
      await clock.pass(1);
    }
    await ended;
    expect(found).toHaveLength(70);
  });
});
