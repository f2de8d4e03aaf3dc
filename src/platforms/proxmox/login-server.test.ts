/** What a login sends, and what it makes of answers that are no tickets. */
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import type { Ask } from '../contract.ts';
import { createHttp, type Http } from '../transport/http/http.ts';
import type { Identity } from './address.ts';
import { createLogin, userOf } from './login.ts';
import { PVE } from './testkit/scripted-api.ts';
import { type ScriptedServer, startScriptedServer } from './testkit/scripted-server.ts';
import { totp } from './totp.ts';

const HOUR_MS = 3_600_000;
const SECRET = 'JBSWY3DPEHPK3PXP';
const { signal } = new AbortController();

let clock: TestClock;
let server: ScriptedServer;
let http: Http;
let count: number;

beforeEach(async () => {
  clock = createTestClock();
  count = 0;
  server = await startScriptedServer({
    'POST /access/ticket': () => ({ ticket: `PVE:${++count}+`, CSRFPreventionToken: `csrf${count}` }),
  });
  const port = Number(new URL(server.origin).port);
  const target = { host: '127.0.0.1', port, secure: false, base: '/api2/json' };
  http = createHttp({ target, endpoint: PVE, clock, wire: () => {}, channel: 'control' });
});
afterEach(async () => {
  http.close();
  await server.close();
});

const open = (more: Partial<Extract<Identity, { kind: 'password' }>> = {}, ask: Ask = {}, given = signal) => {
  const identity: Identity = { kind: 'password', user: 'a@pve', password: 'p', totp: undefined, ...more };
  return createLogin({ http, clock, ask, identity, signal: given });
};
/** Who answers every question with this, and what was asked. */
function userWho(answer: string) {
  const asked: string[] = [];
  const secret = async (prompt: string) => {
    asked.push(prompt);
    return answer;
  };
  return { asked, ask: { secret } };
}
const forms = () => server.asked.map(({ form }) => form);
const name = () => http.name;

describe('a ticket', () => {
  it('is asked for with user and password, and shown with each request as a cookie', async () => {
    const login = open();
    const pass = await login.get(signal);
    expect(pass).toEqual({ headers: { cookie: 'PVEAuthCookie=PVE%3A1%2B' }, csrf: 'csrf1', madeAt: 0 });
    expect(login.headers(pass, 'GET')).toEqual({ cookie: 'PVEAuthCookie=PVE%3A1%2B' });
    expect(login.headers(pass, 'POST')).toEqual({
      cookie: 'PVEAuthCookie=PVE%3A1%2B',
      CSRFPreventionToken: 'csrf1',
    });
    expect(login.headers({ ...pass, csrf: undefined }, 'POST')).not.toHaveProperty('CSRFPreventionToken');
    expect(forms()).toEqual([{ username: 'a@pve', password: 'p' }]);
  });

  it('is good for an hour, and then renews itself', async () => {
    const login = open();
    await login.get(signal);
    await clock.pass(HOUR_MS);
    expect((await login.get(signal)).csrf).toBe('csrf1');
    await clock.pass(1);
    expect(await login.get(signal)).toMatchObject({ csrf: 'csrf2', madeAt: HOUR_MS + 1 });
    expect(forms()[1]).toEqual({ username: 'a@pve', password: 'PVE:1+' });
  });

  it('is made again with the password after two hours, or when the server does not take the old one', async () => {
    const login = open();
    await login.get(signal);
    await clock.pass(2 * HOUR_MS + 1);
    await login.get(signal);
    expect(forms()[1]).toEqual({ username: 'a@pve', password: 'p' });
    server.answers = {
      'POST /access/ticket': ({ password }: { password: string }) => (password === 'p' ? { ticket: 'new' } : 401),
    };
    await clock.pass(2 * HOUR_MS);
    expect((await login.get(signal)).headers).toEqual({ cookie: 'PVEAuthCookie=new' });
    expect(forms().slice(2)).toEqual([
      { username: 'a@pve', password: 'PVE:2+' },
      { username: 'a@pve', password: 'p' },
    ]);
  });

  it('is not renewed by a server that has trouble, and then made with the password', async () => {
    const login = open();
    const pass = await login.get(signal);
    server.answers = { 'POST /access/ticket': 500 };
    await expect(login.renew(pass, signal)).rejects.toMatchObject({ code: 'op.failed' });
    server.answers = { 'POST /access/ticket': { ticket: 'new' } };
    await login.renew(pass, signal);
    expect(forms().map(({ password }) => password)).toEqual(['p', 'PVE:1+', 'p']);
  });

  it.each<[unknown, object]>([
    [401, { code: 'auth.rejected', fix: 'check user, realm and password' }],
    [500, { code: 'op.failed' }],
    [{}, { code: 'host.protocol', message: 'the login was accepted without a ticket' }],
    ['text', { code: 'host.protocol', message: 'the login: the server sent no object' }],
  ])('is none: %j', async (answer, refusal) => {
    server.answers = { 'POST /access/ticket': answer };
    await expect(open().get(signal)).rejects.toMatchObject(refusal);
  });

  it('is waited for as long as fifteen seconds; that none came changes nothing', async () => {
    let ended = false;
    const silent = Promise.withResolvers<void>();
    const mute = createServer(() => silent.resolve());
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', () => resolve()));
    const { port } = mute.address() as { port: number };
    const target = { host: '127.0.0.1', port, secure: false, base: '/api2/json' };
    const deaf = createHttp({ target, endpoint: PVE, clock, wire: () => {}, channel: 'control' });
    const identity: Identity = { kind: 'password', user: 'a@pve', password: 'p', totp: undefined };
    const asking = createLogin({ http: deaf, clock, ask: {}, identity, signal })
      .get(signal)
      .catch((error: unknown) => {
        ended = true;
        return error;
      });
    await silent.promise;
    await clock.pass(14_999);
    expect(ended).toBe(false);
    await clock.pass(1);
    expect(await asking).toMatchObject({
      code: 'host.unreachable',
      message: `127.0.0.1:${port}: no answer to the login`,
      retry: true,
    });
    deaf.close();
    mute.closeAllConnections();
    await new Promise((resolve) => mute.close(resolve));
  });
});

describe('a second factor', () => {
  const challenge = (check: (form: Readonly<Record<string, string>>) => boolean) => ({
    'POST /access/ticket': (form: Readonly<Record<string, string>>) => {
      if (form['tfa-challenge'] === undefined) return { ticket: 'half', NeedTFA: 1 };
      return check(form) ? { ticket: 'whole' } : 401;
    },
  });

  it('is sent with the challenge', async () => {
    server.answers = challenge(() => true);
    await open({ totp: SECRET }).get(signal);
    const { asked, ask } = userWho(' 123456\n');
    expect((await open({}, ask).get(signal)).headers).toEqual({ cookie: 'PVEAuthCookie=whole' });
    expect(asked).toEqual([`One-time code of a@pve at ${name()}`]);
    const code = totp(SECRET, clock.now());
    expect(forms().filter((form) => 'tfa-challenge' in form)).toEqual([
      { username: 'a@pve', password: `totp:${code}`, 'tfa-challenge': 'half' },
      { username: 'a@pve', password: 'totp:123456', 'tfa-challenge': 'half' },
    ]);
  });

  it.each([
    [SECRET, 'check the TOTP secret, and that both clocks are right'],
    [undefined, 'try the next code'],
  ])('that is wrong is refused: by the secret %s', async (secret, fix) => {
    server.answers = challenge(() => false);
    const login = open({ totp: secret }, { secret: async () => '1' });
    await expect(login.get(signal)).rejects.toMatchObject({
      code: 'auth.rejected',
      message: `${name()} refused a@pve: the one-time code is wrong`,
      fix,
    });
  });

  it('may meet a server that has trouble', async () => {
    server.answers = {
      'POST /access/ticket': (form: object) => ('tfa-challenge' in form ? 500 : { ticket: 'h', NeedTFA: 1 }),
    };
    await expect(open({ totp: SECRET }).get(signal)).rejects.toMatchObject({ code: 'op.failed' });
  });
});

it.each([[undefined], [{}], [{ secret: async () => '' }], [{ secret: async () => undefined }]])(
  'wants a password from the user: %j',
  async (ask) => {
    await expect(open({ password: undefined }, ask ?? {}).get(signal)).rejects.toMatchObject({
      code: 'auth.needs-secret',
      message: `${name()} wants a secret of a@pve, and there is no user to ask`,
      fix: 'use an API token, or give the endpoint a password (and a TOTP secret)',
    });
    expect(server.asked).toEqual([]);
  },
);

it('asks for a password where none is kept', async () => {
  const { asked, ask } = userWho('q');
  await open({ password: undefined }, ask).get(signal);
  expect(asked).toEqual([`Password of a@pve at ${name()}`]);
  expect(forms()).toEqual([{ username: 'a@pve', password: 'q' }]);
});

it('shows an API token with each request, and can not renew it', async () => {
  const identity: Identity = { kind: 'token', id: 'a@pve!t', secret: 's' };
  const login = createLogin({ http, clock, ask: {}, identity, signal });
  const pass = await login.get(signal);
  expect(login.headers(pass, 'POST')).toEqual({ authorization: 'PVEAPIToken=a@pve!t=s' });
  await expect(login.renew(pass, signal)).rejects.toMatchObject({
    code: 'auth.rejected',
    message: `${name()} refused a@pve!t: the API token is wrong, expired or gone`,
    fix: 'make a new token, or check it',
  });
  expect(userOf(identity)).toBe('a@pve!t');
  expect(server.asked).toEqual([]);
});
