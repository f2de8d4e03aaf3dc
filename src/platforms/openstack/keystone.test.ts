import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import type { Settings } from '../contract.ts';
import type { Http, HttpRequest } from '../transport/http/http.ts';
import { createRest } from '../transport/http/rest.ts';
import { createApi } from './api.ts';
import { createLogin } from './login.ts';
import { own } from './testkit/clouds-yaml.ts';

const { signal } = new AbortController();
type Said = { readonly status?: number; readonly headers?: object; readonly body?: unknown } | Error;

/** A service that answers these, one after the other. */
function service(...said: readonly Said[]) {
  const clock = createTestClock();
  const sent: HttpRequest[] = [];
  const left = [...said];
  const http = {
    clock,
    name: 'k:443',
    async send(request: HttpRequest) {
      sent.push(request);
      const next = left.shift() ?? {};
      if (next instanceof Error) throw next;
      const { status = 201, headers = {}, body = {} } = next;
      return { status, reason: 'Reason', headers, body: Buffer.from(JSON.stringify(body)) };
    },
    close() {},
  } as unknown as Http;
  return { clock, http, sent };
}
const TOKEN = { headers: { 'x-subject-token': 't-1' }, body: { token: {} } };
const user = { username: 'anna', password: 'p' };

async function login(
  values: Settings,
  said: readonly Said[],
  secret?: (question: string) => Promise<string | undefined>,
) {
  const { clock, http, sent } = service(...said);
  const address = await own(values);
  const ask = secret ? { secret } : {};
  const made = createLogin({ http, clock, ask, address, signal });
  return { clock, sent, made, pass: () => made.get(signal) };
}

describe('a login at Keystone', () => {
  it('is one request, and gives what the token is good for', async () => {
    const body = {
      token: {
        issued_at: '2026-01-01T00:00:00.000000Z',
        expires_at: '2026-01-01T01:00:00.000000Z',
        catalog: [{ type: 'compute' }],
        roles: [{ name: 'member' }, {}, { name: 'reader' }],
        project: { id: 'p-1', name: 'demo' },
        user: { name: 'anna' },
      },
    };
    const { pass, sent, made } = await login({ ...user, project: 'demo' }, [{ ...TOKEN, body }]);
    const got = await pass();
    expect(got).toEqual({
      token: 't-1',
      madeAt: 0,
      livesMs: 3_600_000,
      catalog: [{ type: 'compute' }],
      roles: ['member', 'reader'],
      project: { id: 'p-1', name: 'demo' },
      user: 'anna',
    });
    expect(made.headers(got, 'GET')).toEqual({ 'x-auth-token': 't-1' });
    const [request] = sent;
    expect([request?.method, request?.path, request?.deadlineMs]).toEqual(['POST', '/auth/tokens', 60_000]);
    expect(JSON.parse(request?.body ?? '')).toEqual({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: 'anna', domain: { name: 'Default' }, password: 'p' } },
        },
        scope: { project: { name: 'demo', domain: { name: 'Default' } } },
      },
    });
  });

  it('may say little, and is kept then', async () => {
    const { pass, clock, sent } = await login(user, [{ ...TOKEN, body: { token: { project: { id: 'p' } } } }]);
    expect(await pass()).toMatchObject({
      user: 'unknown user',
      project: { id: 'p', name: 'p' },
      roles: [],
      catalog: [],
    });
    await clock.pass(1e12);
    await pass();
    expect(sent).toHaveLength(1);
    expect((await (await login(user, [TOKEN])).pass()).project).toBeUndefined();
  });

  it.each([
    [3_600_000, 3_300_000],
    [480_000, 240_000],
  ])('that lives for %i ms is renewed after %i', async (livesMs, renewed) => {
    const times = {
      issued_at: '2026-01-01T00:00:00Z',
      expires_at: new Date(Date.UTC(2026, 0, 1) + livesMs).toISOString(),
    };
    const said = { ...TOKEN, body: { token: times } };
    const { pass, clock, sent } = await login(user, [said, said]);
    await pass();
    await clock.pass(renewed);
    await pass();
    expect(sent).toHaveLength(1);
    await clock.pass(1);
    await pass();
    expect(sent).toHaveLength(2);
  });

  it.each<[Settings, string, string]>([
    [user, 'anna', 'check user, password, project and their domains'],
    [{ token: 'x' }, 'the token', 'make a new token: this one is wrong or has ended'],
    [
      { 'application-credential-id': 'i', 'application-credential-secret': 's' },
      'the application credential i',
      'it is wrong, has ended or was deleted: make a new one',
    ],
  ])('of %j that is refused says so', async (values, who, fix) => {
    await expect((await login(values, [{ status: 401 }])).pass()).rejects.toMatchObject({
      code: 'auth.rejected',
      message: `k:443 refused the login of ${who}`,
      fix,
    });
  });

  it.each<[Said, string, RegExp]>([
    [{ status: 404 }, 'host.protocol', /^there is no Keystone at k:443\/v3$/],
    [{ status: 403 }, 'auth.forbidden', /^k:443: /],
    [{ status: 504 }, 'outcome.unknown', /k:443/],
    [{ status: 201, body: { token: {} } }, 'host.protocol', /^the login was accepted without a token$/],
    [{ ...TOKEN, body: { token: 5 } }, 'host.protocol', /^the login: the server sent no object$/],
    [{ ...TOKEN, body: [] }, 'host.protocol', /^the login: the server sent no object$/],
  ])('answered with %j is none', async (said, code, message) => {
    const error = await (await login(user, [said])).pass().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringMatching(message), code });
  });

  it('whose answer was lost may be tried again', async () => {
    const lost = new FleetError('outcome.unknown', 'lost');
    await expect((await login(user, [lost])).pass()).rejects.toMatchObject({
      code: 'host.unreachable',
      message: 'k:443: no answer to the login',
      retry: true,
      cause: lost,
    });
  });

  const factors = { status: 401, headers: { 'openstack-auth-receipt': 'r-1' } };
  it('with a second factor sends the code with what Keystone gave for the first', async () => {
    const asked: string[] = [];
    const { pass, sent } = await login({ ...user, project: 'demo' }, [factors, TOKEN], async (question) => {
      asked.push(question);
      return ' 123 ';
    });
    expect((await pass()).token).toBe('t-1');
    expect(asked).toEqual(['One-time code of anna at k:443']);
    expect(sent[1]?.headers).toMatchObject({ 'openstack-auth-receipt': 'r-1' });
    expect(JSON.parse(sent[1]?.body ?? '').auth.identity).toEqual({
      methods: ['totp'],
      totp: { user: { name: 'anna', domain: { name: 'Default' }, passcode: '123' } },
    });
  });

  it.each<[string, readonly Said[], Settings, string | undefined, object]>([
    [
      'a wrong code',
      [factors, { status: 401 }],
      user,
      '1',
      { code: 'auth.rejected', fix: 'try the next one-time code' },
    ],
    ['a code that is too late', [factors, { status: 404 }], user, '1', { code: 'host.protocol' }],
    ['no user to ask', [factors], user, '', { code: 'auth.needs-secret' }],
    ['no user who could have one', [factors], { token: 't' }, '1', { code: 'auth.rejected' }],
  ])('with a second factor and %s is refused', async (_what, said, values, code, error) => {
    await expect((await login(values, said, async () => code)).pass()).rejects.toMatchObject(error);
  });

  it('asks once for a password that is not written down', async () => {
    const times = { issued_at: '2026-01-01T00:00:00Z', expires_at: '2026-01-01T00:00:01Z' };
    const said = { ...TOKEN, body: { token: times } };
    const asked: string[] = [];
    const { pass, clock, sent } = await login({ username: 'anna' }, [said, said], async (question) => {
      asked.push(question);
      return 'typed';
    });
    await pass();
    await clock.pass(2_000);
    await pass();
    expect([asked, sent.length]).toEqual([['Password of anna at k:443'], 2]);
    expect(sent[1]?.body).toContain('"password":"typed"');
    await expect((await login({ username: 'anna' }, [TOKEN])).pass()).rejects.toMatchObject({
      code: 'auth.needs-secret',
      message: 'k:443 wants a secret of anna, and there is no user to ask',
      fix: 'give the endpoint a password, or an application credential',
    });
  });
});

describe('a service of the cloud', () => {
  const open = (said: Said, version?: string) => {
    const { clock, http, sent } = service(said);
    return { sent, api: createApi(createRest({ http, clock }), 'compute', version) };
  };
  const about = { signal, subject: 'web1' };

  it('is spoken to in the version that was agreed on, or in another one, or in none', async () => {
    const { api, sent } = open(
      { status: 200, headers: { date: 'Thu, 01 Jan 2026 00:00:00 GMT' }, body: { a: 1 } },
      '2.93',
    );
    const times: number[] = [];
    expect(await api.get('/x', { ...about, onTime: (now) => void times.push(now) })).toEqual({ a: 1 });
    expect(times).toEqual([Date.UTC(2026, 0, 1)]);
    await api.get('/x', { ...about, version: '2.87', deadlineMs: 5, onTime: (now) => void times.push(now) });
    expect(times).toHaveLength(1);
    await api.change('PUT', '/x', { ...about, json: { a: 1 } });
    const bare = open({ status: 200 });
    await bare.api.get('/x', about);
    const version = ({ headers }: HttpRequest) => headers?.['openstack-api-version'];
    expect([...sent, ...bare.sent].map((one) => [version(one), one.deadlineMs])).toEqual([
      ['compute 2.93', 65_000],
      ['compute 2.87', 5],
      ['compute 2.93', 65_000],
      [undefined, 65_000],
    ]);
  });

  it.each([
    [{ 'x-openstack-request-id': 'req-1', 'x-compute-request-id': 'req-2' }, 'req-1'],
    [{ 'x-compute-request-id': 'req-2' }, 'req-2'],
    [{ 'x-openstack-request-id': ['a', 'b'] }, undefined],
    [{}, undefined],
  ])('names what was asked for: %j', async (headers, request) => {
    const { api } = open({ status: 202, headers, body: { b: 2 } });
    expect(await api.change('POST', '/x', about)).toEqual({ body: { b: 2 }, request });
  });

  it('is no service where it sends no object, and says no in our words', async () => {
    await expect(open({ status: 200, body: [] }).api.get('/x', about)).rejects.toMatchObject({
      code: 'host.protocol',
      message: 'web1: the server sent no object',
    });
    const body = { conflictingRequest: { message: 'Instance x is locked' } };
    await expect(open({ status: 409, body }).api.get('/x', about)).rejects.toMatchObject({ code: 'op.conflict' });
    await expect(open({ status: 409, body }).api.change('POST', '/x', about)).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'web1: Instance x is locked',
    });
  });
});
