import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { FleetError } from '../../../errors.ts';
import { createBudget } from './budget.ts';
import type { Http, HttpRequest } from './http.ts';
import { createRest } from './rest.ts';
import { followOperation } from './rest-operation.ts';
import { readPages } from './rest-pages.ts';
import { retryAfterMs } from './rest-retry.ts';
import { createTokens } from './rest-token.ts';

const { signal } = new AbortController();

interface Said {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A server that gives these answers, the last for ever, and a client of it. */
function server(...answers: readonly Said[]) {
  const clock = createTestClock();
  const sent: HttpRequest[] = [];
  const http: Http = {
    name: 'server',
    clock,
    async send(request) {
      const said = answers[Math.min(sent.length, answers.length - 1)] ?? {};
      sent.push(request);
      return { status: 200, reason: 'OK', headers: {}, ...said, body: Buffer.from(said.body ?? '{}') };
    },
    upgrade: () => Promise.reject(new Error('that is not asked for here')),
    close: () => {},
  };
  return { clock, sent, http, rest: createRest({ http, clock }) };
}

describe('a request', () => {
  it('has its query, and asks for JSON', async () => {
    const { rest, sent } = server({});
    await rest.read({ path: '/a', query: { 'b c': 'd&e', none: undefined, n: 1 }, signal, deadlineMs: 7 });
    expect(sent[0]).toEqual({
      method: 'GET',
      path: '/a?b%20c=d%26e&n=1',
      kind: 'reads',
      signal,
      limit: 16 * 1024 ** 2,
      headers: { accept: 'application/json' },
      deadlineMs: 7,
    });
    await rest.read({ path: '/a', headers: { accept: 'text/x' }, signal });
    expect(sent[1]).toMatchObject({ path: '/a', headers: { accept: 'text/x' } });
    expect(sent[1]).not.toHaveProperty('deadlineMs');
  });

  it('has a form or JSON as its body', async () => {
    const { rest, sent } = server({});
    await rest.change('PUT', { path: '/a', form: { b: 'c d' }, signal });
    await rest.change('POST', { path: '/a', json: { b: ['c'] }, signal });
    await rest.change('DELETE', { path: '/a', signal });
    expect(sent).toMatchObject([
      {
        method: 'PUT',
        kind: 'mutates',
        body: 'b=c+d',
        note: 'b=c d',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      {
        method: 'POST',
        body: '{"b":["c"]}',
        note: '(11 bytes of JSON)',
        headers: { 'content-type': 'application/json' },
      },
      { method: 'DELETE' },
    ]);
    expect(Object.keys(sent[2] ?? {}).sort()).toEqual(['headers', 'kind', 'limit', 'method', 'path', 'signal']);
    expect(sent[2]?.headers).toEqual({ accept: 'application/json' });
  });

  it('shows its login, which may depend on what it does', async () => {
    const { http, clock, sent } = server({});
    const headers = (token: string, method: string) => ({ authorization: `${token} ${method}`, accept: 'all' });
    const rest = createRest({ http, clock, login: { ...createTokens({ login: async () => 'me' }), headers } });
    await rest.change('PATCH', { path: '/a', signal });
    expect(sent[0]?.headers).toEqual({ authorization: 'me PATCH', accept: 'all' });
  });

  it('is asked again after 200 ms and a second more when the server is busy and does not say for how long', async () => {
    const { rest, sent, clock } = server({ status: 503 }, { status: 429 }, {});
    const read = rest.read({ path: '/a', signal });
    const counts: number[] = [];
    for (const ms of [199, 1, 999, 1]) {
      await clock.pass(ms);
      counts.push(sent.length);
    }
    expect(counts).toEqual([1, 2, 2, 3]);
    expect((await read).body).toEqual({});
  });

  it('waits for twenty seconds at most, whatever a busy server says', async () => {
    const { rest, sent, clock } = server({ status: 503, headers: { 'retry-after': '60' } }, {});
    const read = rest.read({ path: '/a', signal });
    await clock.pass(19_999);
    expect(sent).toHaveLength(1);
    await clock.pass(1);
    await read;
  });
});

describe('an answer', () => {
  const read = (said: Said) =>
    server(said)
      .rest.read({ path: '/a?ticket=x', signal })
      .catch((error: unknown) => error);

  it.each<[Said, string]>([
    [{ status: 101 }, 'has the status 101, which ends nothing'],
    [{ status: 199 }, 'has the status 199, which ends nothing'],
    [{ body: '' }, 'is empty'],
    [{ body: ' \t\n\v\f\r' }, 'is empty'],
    [{ headers: { 'content-type': 'Text/HTML' } }, 'is no JSON but a page: look for a login or a proxy in between'],
    [{ status: 201, body: ' '.repeat(17) }, "can't be read: it is no JSON"],
    [{ status: 201, body: '\x08' }, "can't be read: it is no JSON"],
    [{ status: 201, body: '\x0e' }, "can't be read: it is no JSON"],
    [{ body: '17' }, 'is neither an object nor a list'],
  ])('%j is none: %s', async (said, why) => {
    expect(await read(said)).toMatchObject({
      code: 'host.protocol',
      message: `the answer to GET /a?ticket=******** ${why}`,
      fix: undefined,
    });
    const change = server(said).rest.change('POST', { path: '/a', signal });
    await expect(change).rejects.toMatchObject({
      code: 'outcome.unknown',
      message: `the answer to POST /a ${why}; it may have been done or not`,
      fix: 'look at its state before you repeat it',
    });
  });

  it('to a question in a POST is one to a read: it is asked again when the server is busy, and nothing can be half done', async () => {
    const { rest, sent, clock } = server({ status: 503 }, { body: '[1]' });
    const answer = rest.query({ path: '/a', json: { b: 1 }, signal });
    await clock.pass(200);
    expect((await answer).body).toEqual([1]);
    expect(sent.map(({ method, kind }) => `${method} ${kind}`)).toEqual(['POST reads', 'POST reads']);
    await expect(server({ body: '' }).rest.query({ path: '/a', signal })).rejects.toMatchObject({
      code: 'host.protocol',
      message: 'the answer to POST /a is empty',
    });
  });

  it.each<[Said, unknown]>([
    [{ status: 201, body: ' '.repeat(16) }, undefined],
    [{ status: 204, body: '' }, undefined],
    [{ status: 200, body: `${' '.repeat(20)}[1]` }, [1]],
    [{ status: 299, body: '{"a":1}', headers: { a: 'b' } }, { a: 1 }],
  ])('%j is %j', async (said, body) => {
    expect(await read(said)).toEqual({ status: said.status, headers: said.headers ?? {}, body });
  });

  it.each([400, 404, 500])('with the status %i is an error of its own', async (status) => {
    expect(await read({ status, body: '{"a":1}' })).toMatchObject({
      name: 'StatusError',
      status,
      body: { a: 1 },
      mutates: false,
      request: 'GET /a?ticket=********',
    });
    await expect(server({ status }).rest.change('PUT', { path: '/a', signal })).rejects.toMatchObject({
      mutates: true,
    });
  });

  it('that is read when a user gives up ends with their reason', async () => {
    const body = `[${'{"a":1},'.repeat(100_000)}0]`;
    const controller = new AbortController();
    const reading = server({ body }).rest.read({ path: '/a', signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});

describe('a login', () => {
  it('that has run out by its own date is made again', async () => {
    let made = 0;
    const tokens = createTokens({ login: async () => ++made, expired: (token) => token === 1 });
    expect([await tokens.get(signal), await tokens.get(signal), await tokens.get(signal)]).toEqual([1, 2, 2]);
  });

  it('that failed for another reason is tried again', async () => {
    const errors = [new FleetError('host.unreachable', 'away'), new Error('a bug')];
    const tokens = createTokens({
      login: () => {
        const error = errors.shift();
        return error ? Promise.reject(error) : Promise.resolve('me');
      },
    });
    await expect(tokens.get(signal)).rejects.toThrow('away');
    await expect(tokens.get(signal)).rejects.toThrow('a bug');
    expect(await tokens.get(signal)).toBe('me');
  });

  it('is renewed no more once it was refused', async () => {
    let tries = 0;
    const tokens = createTokens({
      login: async () => {
        if (tries++ > 0) throw new FleetError('auth.forbidden', 'no more');
        return 'me';
      },
    });
    await tokens.get(signal);
    await expect(tokens.renew('me', signal)).rejects.toThrow('no more');
    await expect(tokens.renew('me', signal)).rejects.toThrow('no more');
    expect(tries).toBe(2);
  });

  it('is not waited for by a user who has given up', async () => {
    const tokens = createTokens({ login: () => new Promise<string>(() => {}) });
    await expect(tokens.get(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('the time to come back', () => {
  it.each([
    [{ 'retry-after': ' 7 ' }, 7_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': ' ' }, undefined],
    [{ 'retry-after': '-1x' }, undefined],
    [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:10 GMT' }, 10_000],
    [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:10 GMT', date: 'nonsense' }, 10_000],
    [{ 'retry-after': 'Wed, 21 Oct 2015 07:27:00 GMT' }, 0],
  ])('of %j is in %s ms', (headers, ms) => expect(retryAfterMs(headers, Date.UTC(2015, 9, 21, 7, 28, 0))).toBe(ms));
});

describe('a list in pages', () => {
  const all = async (next: (count: number) => string | undefined) => {
    let count = 0;
    const read = async () => ({ items: [], next: next(++count) });
    const error = await (async () => {
      for await (const _page of readPages('the VMs', read));
    })().catch((failed: unknown) => failed);
    return { count, error };
  };

  it('has an end', async () => {
    expect(await all((count) => (count < 10_000 ? `${count}` : undefined))).toEqual({
      count: 10_000,
      error: undefined,
    });
    expect(await all((count) => `${count}`)).toMatchObject({
      count: 10_000,
      error: { code: 'host.protocol', message: 'the VMs: the list does not end after 10000 pages' },
    });
  });

  it('does not begin again', async () => {
    expect(await all((count) => (count === 2 ? 'b' : 'a'))).toMatchObject({
      count: 3,
      error: { message: 'the VMs: the same page comes again and again' },
    });
  });
});

describe('what a server does by itself', () => {
  async function looksWithin(patienceMs: number, forMs: number): Promise<{ at: readonly number[]; outcome: unknown }> {
    const clock = createTestClock();
    const at: number[] = [];
    let outcome: unknown = 'nothing yet';
    const look = async () => void at.push(clock.ticks());
    void followOperation({ look, clock, signal, patienceMs }).then((found) => {
      outcome = found;
    });
    await clock.pass(forMs);
    return { at, outcome };
  }

  it('is looked at more and more rarely, but every two seconds', async () => {
    const { at, outcome } = await looksWithin(60_000, 9_500);
    expect(at).toEqual([0, 100, 300, 700, 1_500, 3_100, 5_100, 7_100, 9_100]);
    expect(outcome).toBe('nothing yet');
  });

  it('is looked at once more when patience ends', async () => {
    expect(await looksWithin(1_000, 5_000)).toEqual({ at: [0, 100, 300, 700, 1_000], outcome: undefined });
  });
});

it('lets requests begin as time allows, and saves no more than for a second', async () => {
  const clock = createTestClock();
  const budget = createBudget({ inFlight: 100, perSecond: 4 }, clock);
  await clock.pass(10_000);
  let begun = 0;
  for (let i = 0; i < 9; i++) void budget.enter(signal).then(() => begun++);
  const counts: number[] = [];
  for (const ms of [0, 249, 1, 249, 1, 500]) {
    await clock.pass(ms);
    counts.push(begun);
  }
  expect(counts).toEqual([4, 4, 5, 5, 6, 8]);
});
