import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { FleetError } from '../../../errors.ts';
import type { Http, HttpRequest, HttpResponse } from './http.ts';
import { createRest } from './rest.ts';
import { StatusError, statusError } from './rest-error.ts';
import { followOperation } from './rest-operation.ts';
import { readPages } from './rest-pages.ts';
import { retryAfterMs } from './rest-retry.ts';
import { createTokens } from './rest-token.ts';

const { signal } = new AbortController();
type Said = Partial<Omit<HttpResponse, 'body'>> & { readonly body?: string };

/** A server that answers from a list, in order; the last answer for ever. */
function script(...answers: readonly Said[]): { readonly http: Http; readonly sent: readonly HttpRequest[] } {
  const sent: HttpRequest[] = [];
  const http: Http = {
    name: 'server',
    clock: createTestClock(),
    async send(request) {
      const {
        status = 200,
        reason = 'OK',
        headers = {},
        body = '{}',
      } = answers[Math.min(sent.length, answers.length - 1)] ?? {};
      sent.push(request);
      return { status, reason, headers, body: Buffer.from(body) };
    },
    upgrade: () => Promise.reject(new Error('that is not asked for here')),
    close: () => {},
  };
  return { http, sent };
}

function loggedIn(renewals = 1) {
  let made = 0;
  const tokens = createTokens({
    login: async () => {
      if (made > renewals) throw new FleetError('auth.rejected', 'no more');
      return `token-${++made}`;
    },
  });
  return { ...tokens, headers: (token: string) => ({ authorization: token }) };
}

describe('a login', () => {
  it('is renewed once when the server no longer knows it', async () => {
    const { http, sent } = script({ status: 401 }, { body: '{"ok":true}' });
    const rest = createRest({ http, clock: createTestClock(), login: loggedIn() });
    expect((await rest.read({ path: '/vms', signal })).body).toEqual({ ok: true });
    expect(sent.map(({ headers }) => headers?.['authorization'])).toEqual(['token-1', 'token-2']);
  });

  it('is renewed for a change as well, since one that was refused was not done', async () => {
    const { http, sent } = script({ status: 401 }, {});
    const rest = createRest({ http, clock: createTestClock(), login: loggedIn() });
    await rest.change('POST', { path: '/start', signal, form: { a: 'b' } });
    expect(sent).toHaveLength(2);
  });

  it('is not renewed a second time', async () => {
    const { http, sent } = script({ status: 401, reason: 'who are you' });
    const rest = createRest({ http, clock: createTestClock(), login: loggedIn() });
    await expect(rest.read({ path: '/vms', signal })).rejects.toMatchObject({ status: 401 });
    expect(sent).toHaveLength(2);
  });

  it('is made once for all who wait', async () => {
    let made = 0;
    const tokens = createTokens({ login: async () => ++made });
    expect(await Promise.all([tokens.get(signal), tokens.get(signal)])).toEqual([1, 1]);
    expect(await Promise.all([tokens.renew(1, signal), tokens.renew(1, signal)])).toEqual([2, 2]);
    // A caller that was late with the old one gets what the others have.
    expect(await tokens.renew(1, signal)).toBe(2);
  });

  it('F-203 is never tried again once it was refused', async () => {
    let tries = 0;
    const tokens = createTokens({
      login: () => {
        tries++;
        return Promise.reject(new FleetError('auth.rejected', 'wrong password'));
      },
    });
    await expect(tokens.get(signal)).rejects.toThrow('wrong password');
    await expect(tokens.get(signal)).rejects.toThrow('wrong password');
    expect(tries).toBe(1);
  });

  it('goes on for the others when one of those who wait gives up', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const tokens = createTokens({ login: () => promise });
    const controller = new AbortController();
    const impatient = tokens.get(controller.signal);
    const patient = tokens.get(signal);
    controller.abort(new Error('enough'));
    await expect(impatient).rejects.toThrow('enough');
    resolve('token');
    expect(await patient).toBe('token');
  });
});

describe('a busy server', () => {
  it('is asked again to read, after as long as it says, and at most twice', async () => {
    const clock = createTestClock();
    const { http, sent } = script({ status: 503, headers: { 'retry-after': '7' } });
    const read = createRest({ http, clock }).read({ path: '/vms', signal });
    read.catch(() => {});
    await clock.pass(6_999);
    expect(sent).toHaveLength(1);
    await clock.pass(7_001);
    expect(sent).toHaveLength(3);
    await expect(read).rejects.toMatchObject({ status: 503 });
  });

  it('does not make anybody wait for an hour', async () => {
    const clock = createTestClock();
    const { http, sent } = script({ status: 429, headers: { 'retry-after': '3600' } }, {});
    const read = createRest({ http, clock }).read({ path: '/vms', signal });
    await clock.pass(20_000);
    await read;
    expect(sent).toHaveLength(2);
  });

  it.each([429, 502, 503, 504])('is not asked again to change something: %i', async (status) => {
    const { http, sent } = script({ status });
    const rest = createRest({ http, clock: createTestClock() });
    await expect(rest.change('POST', { path: '/start', signal })).rejects.toBeInstanceOf(StatusError);
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['seconds', { 'retry-after': '120' }, 120_000],
    [
      'a date, by its own clock',
      { 'retry-after': 'Wed, 21 Oct 2015 07:28:10 GMT', date: 'Wed, 21 Oct 2015 07:28:00 GMT' },
      10_000,
    ],
    [
      'a date that has passed',
      { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT', date: 'Wed, 21 Oct 2015 07:29:00 GMT' },
      0,
    ],
    ['nothing', {}, undefined],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
  ])('says when to come back: %s', (_what, headers, expected) => expect(retryAfterMs(headers)).toBe(expected));
});

describe('an answer', () => {
  it('must be JSON, or its request is named', async () => {
    const { http } = script({ body: '<html>' });
    const rest = createRest({ http, clock: createTestClock() });
    await expect(rest.read({ path: '/vms', query: { type: 'vm', node: undefined }, signal })).rejects.toMatchObject({
      code: 'host.protocol',
      message: "the answer to GET /vms?type=vm can't be read: it is no JSON",
    });
    await expect(rest.change('PUT', { path: '/vms', signal })).rejects.toMatchObject({ code: 'outcome.unknown' });
  });

  it.each([202, 204])('may be empty with the status %i', async (status) => {
    const rest = createRest({ http: script({ status, body: '\n' }).http, clock: createTestClock() });
    expect((await rest.change('DELETE', { path: '/vms/1', signal })).body).toBeUndefined();
  });

  it.each<[string, Said, RegExp]>([
    ['an empty 200', { body: '' }, /is empty/],
    ['a login page', { headers: { 'content-type': 'text/html' }, body: '{"data": "UPID"}' }, /is no JSON but a page/],
    ['half an object', { body: '{"data": [' }, /broke off half-way/],
    ['a text', { body: '"done"' }, /neither an object nor a list/],
    ['null', { body: 'null' }, /neither an object nor a list/],
    ['an abyss', { body: '{"a":'.repeat(100_000) }, /nested deeper/],
  ])('that is %s is none: a change may have been done or not', async (_what, answer, why) => {
    const rest = createRest({ http: script(answer).http, clock: createTestClock() });
    const read = await rest.read({ path: '/x', signal }).catch((error: unknown) => error);
    expect(read).toMatchObject({ code: 'host.protocol', message: expect.stringMatching(why) });
    const changed = await rest.change('POST', { path: '/x', signal }).catch((error: unknown) => error);
    expect(changed).toMatchObject({ code: 'outcome.unknown', message: expect.stringMatching(why) });
  });

  it.each([
    [301, 'host.protocol'],
    [302, 'host.protocol'],
    [303, 'outcome.unknown'],
    [307, 'host.protocol'],
    [308, 'host.protocol'],
  ])('that sends a change elsewhere (%i) is none, and names the place without secrets', async (status, code) => {
    const headers = { location: 'https://sso.example.org/login?token=s3cret&next=%2F' };
    const answer = { status, headers, body: '{"data": "UPID"}' };
    const rest = createRest({ http: script(answer).http, clock: createTestClock() });
    const failed = await rest.change('POST', { path: '/status/reboot', signal }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code, message: expect.stringContaining('redirected to https://sso.example.org/') });
    expect(String(failed)).not.toContain('s3cret');
    await expect(rest.read({ path: '/vms', signal })).rejects.toMatchObject({ code: 'host.protocol' });
  });

  it('may be a list of choices, as OpenStack says its versions', async () => {
    const rest = createRest({ http: script({ status: 300, body: '{"versions": []}' }).http, clock: createTestClock() });
    expect((await rest.read({ path: '/', signal })).body).toEqual({ versions: [] });
  });

  it('that says no with 30 MB is cut before it is looked at', async () => {
    const body = `<p>no</p>${'<'.repeat(30 * 1024 ** 2)}`;
    const rest = createRest({ http: script({ status: 500, body }).http, clock: createTestClock() });
    const failed = await rest.read({ path: '/x', signal }).catch((error: unknown) => error as StatusError);
    expect(String((failed as StatusError).body).length).toBe(2048);
  });

  it.each([
    [401, false, 'auth.rejected', false],
    [403, false, 'auth.forbidden', false],
    [409, true, 'op.conflict', false],
    [412, true, 'op.conflict', false],
    [429, true, 'host.unreachable', true],
    [502, false, 'host.unreachable', true],
    [502, true, 'outcome.unknown', false],
    [503, true, 'host.unreachable', true],
    [504, true, 'outcome.unknown', false],
    [501, false, 'op.unsupported', false],
    [422, true, 'op.refused', false],
    [500, true, 'op.failed', false],
  ])('%i (mutates: %s) is %s', (status, mutates, code, retry) => {
    const error = new StatusError('POST /x', mutates, { status, reason: 'said so', headers: {} }, undefined);
    expect(statusError(error, 'web1')).toMatchObject({
      code,
      retry,
      message: expect.stringContaining('web1: said so'),
    });
  });

  it('can not smuggle control characters into a sentence', () => {
    const error = new StatusError(
      'GET /x',
      false,
      { status: 500, reason: 'no\u001b[2J\r\nway', headers: {} },
      undefined,
    );
    expect(statusError(error, 'web1').message).toBe('web1: no [2J way');
  });
});

describe('what is sent', () => {
  it('is shown in the wire log without its secrets', async () => {
    const { http, sent } = script({});
    const rest = createRest({ http, clock: createTestClock() });
    await rest.change('POST', { path: '/login', signal, form: { username: 'root', password: 'hunter2' } });
    expect(sent[0]).toMatchObject({ body: 'username=root&password=hunter2', note: 'username=root password=********' });
    await rest.change('POST', { path: '/login', signal, json: { auth: { secret: 'hunter2' } } });
    expect(sent[1]?.note).toBe('(29 bytes of JSON)');
  });
});

describe('a list in pages', () => {
  async function pages(next: (marker: string | undefined) => string | undefined): Promise<readonly string[]> {
    const items: string[] = [];
    const read = async (marker: string | undefined) => ({ items: [marker ?? 'first'], next: next(marker) });
    for await (const page of readPages('the VMs', read)) items.push(...page);
    return items;
  }

  it('is read to its end', async () => {
    const list = await pages((marker) => ({ undefined: 'b', b: 'c' })[String(marker)]);
    expect(list).toEqual(['first', 'b', 'c']);
  });

  it('that names a page again is no list', async () => {
    await expect(pages((marker) => (marker === 'b' ? 'c' : 'b'))).rejects.toMatchObject({ code: 'host.protocol' });
  });
});

describe('what a server does by itself', () => {
  it('is looked at ever more rarely, until it is done', async () => {
    const clock = createTestClock();
    let looks = 0;
    const look = async () => (++looks === 4 ? 'done' : undefined);
    const followed = followOperation({ look, clock, signal, patienceMs: 60_000 });
    await clock.pass(699);
    expect(looks).toBe(3);
    await clock.pass(1);
    expect(await followed).toBe('done');
  });

  it('is left to others after a while', async () => {
    const clock = createTestClock();
    const followed = followOperation({ look: async () => undefined, clock, signal, patienceMs: 2_000 });
    await clock.pass(2_000);
    expect(await followed).toBeUndefined();
  });
});

describe('a file', () => {
  it('is sent as it is, with its type, and the log says only how long it is', async () => {
    const { http, sent } = script({ status: 401 }, { status: 204, body: '' });
    const rest = createRest({ http, clock: createTestClock(), login: loggedIn() });
    const file = {
      length: 3,
      type: 'application/octet-stream',
      async *pieces() {
        yield Buffer.from('abc');
      },
    };
    expect(await rest.change('PUT', { path: '/file', signal, file })).toMatchObject({ status: 204, body: undefined });
    expect(sent).toHaveLength(2);
    expect(sent[1]).toMatchObject({ stream: file, note: '(a file of 3 bytes)' });
    expect(sent[1]?.headers?.['content-type']).toBe('application/octet-stream');
  });

  it('is read as the server keeps it, a part of it too, and again when the server is busy', async () => {
    const clock = createTestClock();
    const { http, sent } = script({ status: 503 }, { status: 206, body: '\x1f\x8b not to be unpacked' });
    const rest = createRest({ http, clock });
    const asked = rest.bytes('GET', { path: '/file', signal, headers: { range: 'bytes=0-9' }, limit: 99 });
    await clock.pass(1_000);
    expect((await asked).body.toString()).toBe('\x1f\x8b not to be unpacked');
    expect(sent[1]).toMatchObject({ method: 'GET', kind: 'reads', asKept: true, limit: 99 });
  });

  it.each<[Said, object]>([
    [
      { status: 404, body: 'no such file' },
      { status: 404, body: 'no such file' },
    ],
    [{ status: 302, headers: { location: 'http://elsewhere/' } }, { code: 'host.protocol' }],
  ])('that is not there, or elsewhere, is a refusal: %j', async (said, error) => {
    const rest = createRest({ http: script(said).http, clock: createTestClock() });
    await expect(rest.bytes('HEAD', { path: '/file', signal })).rejects.toMatchObject(error);
  });
});
