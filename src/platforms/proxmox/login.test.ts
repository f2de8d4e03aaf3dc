import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import type { FleetError } from '../../errors.ts';
import { endpointName, vmId } from '../../ids.ts';
import type { Ask, Connection, Settings, WireLine } from '../contract.ts';
import { connect } from './connection.ts';
import { ACCOUNTS } from './testkit/access.ts';
import { type FakeProxmox, startFakeProxmox } from './testkit/server.ts';
import { totp } from './totp.ts';

const HOUR_MS = 3_600_000;
const { signal } = new AbortController();

let clock: TestClock;
let server: FakeProxmox;
let wire: WireLine[];
const open: Connection[] = [];

beforeEach(async () => {
  clock = createTestClock();
  server = await startFakeProxmox(clock);
  server.world.addGuest('qemu', 'pve1', { name: 'web1' });
  wire = [];
});
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
  await server.close();
  expect(server.complaints).toEqual([]);
});

async function login(values: Settings, ask: Ask = {}): Promise<Connection> {
  const endpoint = { name: endpointName('pve'), platform: 'proxmox', values: { host: server.origin, ...values } };
  const connection = await connect(endpoint, { signal, clock, wire: (line) => void wire.push(line), ask });
  open.push(connection);
  return connection;
}
/** Only a login that was accepted reads this. */
const readAsUser = async (connection: Connection) =>
  (await connection.vm.info(vmId(endpointName('pve'), 'qemu/100'), signal)).state;
const trouble = (values: Settings, ask?: Ask): Promise<FleetError> =>
  login(values, ask).then(
    () => Promise.reject(new Error('it was let in')),
    (error: FleetError) => error,
  );

const GUARDED = { login: 'password', user: ACCOUNTS.guarded.user, password: ACCOUNTS.guarded.password };

describe('an API token', () => {
  it('needs no login', async () => {
    const [user, token] = ACCOUNTS.token.id.split('!');
    const connection = await login({ user: user ?? '', token: token ?? '', secret: ACCOUNTS.token.secret });
    expect(await readAsUser(connection)).toBe('stopped');
    expect(server.access.logins).toBe(0);
  });

  it('may be written in one word', async () => {
    expect(await readAsUser(await login({ user: ACCOUNTS.token.id, secret: ACCOUNTS.token.secret }))).toBe('stopped');
  });

  it('that is wrong is refused, and sent once', async () => {
    const error = await trouble({ user: ACCOUNTS.token.id, secret: '00000000-0000-0000-0000-000000000000' });
    expect(error).toMatchObject({ code: 'auth.rejected', retry: false });
    expect(error.message).not.toContain('00000000');
  });

  it('stands in no line of the wire log', async () => {
    await readAsUser(await login({ user: ACCOUNTS.token.id, secret: ACCOUNTS.token.secret }));
    expect(JSON.stringify(wire)).not.toContain(ACCOUNTS.token.secret);
  });
});

describe('a password', () => {
  it('stands in no line of the wire log, nor does the ticket that it is changed for', async () => {
    await readAsUser(await login({ login: 'password', ...ACCOUNTS.root }));
    const shown = JSON.stringify(wire);
    expect(shown).toContain('POST /api2/json/access/ticket username=root@pam password=********');
    expect(shown).not.toContain('battery');
    expect(shown).not.toMatch(/PVE:root/);
  });

  it('is asked for where none is kept', async () => {
    const prompts: string[] = [];
    const ask = {
      secret: async (prompt: string) => {
        prompts.push(prompt);
        return ACCOUNTS.root.password;
      },
    };
    expect(await readAsUser(await login({ login: 'password', user: 'root@pam' }, ask))).toBe('stopped');
    expect(prompts).toEqual([expect.stringMatching(/^Password of root@pam at 127\.0\.0\.1/)]);
  });

  it('that is wrong is tried once', async () => {
    const error = await trouble({ login: 'password', user: 'root@pam', password: 'wrong' });
    expect(error).toMatchObject({ code: 'auth.rejected', retry: false, refused: 'password' });
    expect(server.access.logins).toBe(1);
  });
});

describe('a second factor', () => {
  it('is made from its secret', async () => {
    expect(await readAsUser(await login({ ...GUARDED, totp: ACCOUNTS.guarded.totp }))).toBe('stopped');
  });

  it('is asked for', async () => {
    const ask = { secret: async () => totp(ACCOUNTS.guarded.totp, clock.now()) };
    expect(await readAsUser(await login(GUARDED, ask))).toBe('stopped');
  });

  it('needs a user to ask', async () => {
    expect(await trouble(GUARDED)).toMatchObject({ code: 'auth.needs-secret' });
  });

  it('that is wrong is refused, and not tried again', async () => {
    const error = await trouble(GUARDED, { secret: async () => '000000' });
    expect(error).toMatchObject({ code: 'auth.rejected', refused: undefined });
    expect(server.access.logins).toBe(2);
  });
});

describe('a ticket', () => {
  it('is renewed with itself before it runs out, so that the user is not asked again', async () => {
    let asked = 0;
    const ask = {
      secret: async () => {
        asked++;
        return totp(ACCOUNTS.guarded.totp, clock.now());
      },
    };
    const connection = await login(GUARDED, ask);
    const before = server.access.logins;
    await clock.pass(1.5 * HOUR_MS);
    expect(await readAsUser(connection)).toBe('stopped');
    expect([server.access.logins - before, asked]).toEqual([1, 1]);
  });

  it('that the server has forgotten is recreated, once', async () => {
    const connection = await login({ login: 'password', ...ACCOUNTS.root });
    server.access.expireAll();
    const before = server.access.logins;
    expect(await readAsUser(connection)).toBe('stopped');
    // With the old ticket first, then with the password.
    expect(server.access.logins - before).toBe(2);
  });
});

it.each([
  ['no host', { host: '', user: 'root@pam', secret: 'x', token: 'y' }, /host is missing/],
  ['no user', { secret: 'x', token: 'y' }, /user is missing/],
  ['a token without a name', { user: 'root@pam', secret: 'x' }, /token is missing/],
  ['a token without a secret', { login: 'token', user: 'root@pam!t' }, /secret is missing/],
])('says what is missing: %s', async (_what, values, complaint) => {
  const error = await trouble(values);
  expect(error.code).toBe('config.invalid');
  expect(error.message).toMatch(complaint);
});
