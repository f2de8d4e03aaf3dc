import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../../../test/contract/refusal.ts';
import { systemClock } from '../../clock.ts';
import { endpointName, vmId } from '../../ids.ts';
import type { Ask, Connection, Settings } from '../contract.ts';
import { testEndpoint } from './checks.ts';
import { connect } from './connection.ts';
import { type FakeCloud, startFakeCloud } from './testkit/fake-cloud.ts';
import { ACCOUNTS, CREDENTIAL, PROJECT } from './testkit/keystone.ts';

const LAB = endpointName('lab');
const { signal } = new AbortController();
let cloud: FakeCloud;
let connection: Connection | undefined;
let aheadMs = 0;
const clock = { ...systemClock, now: () => systemClock.now() + aheadMs, ticks: () => systemClock.ticks() + aheadMs };

beforeEach(async () => {
  aheadMs = 0;
  connection = undefined;
  cloud = await startFakeCloud(clock);
});
afterEach(async () => {
  await connection?.close();
  await cloud.close();
});

const contextOf = (ask: Ask) => ({ signal, clock, wire: () => {}, ask });
const endpointOf = (values: Settings) => ({
  name: LAB,
  platform: 'openstack',
  values: { 'auth-url': `${cloud.origin}/identity/v3`, ...values },
});
async function open(values: Settings, ask: Ask = {}): Promise<Connection> {
  connection = await connect(endpointOf(values), contextOf(ask));
  return connection;
}
const { username, password } = ACCOUNTS.member;
const MEMBER = { username, password, project: PROJECT.name };
const read = async (values: Settings = MEMBER) => {
  const { id } = cloud.world.add();
  const opened = connection ?? (await open(values));
  return opened.vm.info(vmId(LAB, id), signal);
};

/** What the details of the server in the cloud show. */
const WEB1 = { row: { image: 'debian-13' }, disks: [{ device: 'root', type: 'disk', storage: 'local' }] };

describe('a login', () => {
  it.each<[string, Settings]>([
    ['a password', MEMBER],
    ['a password, with the id of the project', { username, password, 'project-id': PROJECT.id }],
    [
      'an application credential',
      { 'application-credential-id': CREDENTIAL.id, 'application-credential-secret': CREDENTIAL.secret },
    ],
    [
      'an application credential by its name',
      {
        'application-credential-name': CREDENTIAL.name,
        'application-credential-secret': CREDENTIAL.secret,
        username,
        // Left over from an openrc file: Keystone wants no scope here.
        project: PROJECT.name,
      },
    ],
  ])('may be %s', async (_what, values) => {
    expect(await read(values)).toMatchObject(WEB1);
    expect(cloud.complaints).toEqual([]);
  });

  it('with an application credential of another project than the one that is named is refused', async () => {
    const credential = {
      'application-credential-id': CREDENTIAL.id,
      'application-credential-secret': CREDENTIAL.secret,
    };
    expect(await refusal(open({ ...credential, project: 'shop' }))).toMatchObject({
      code: 'config.invalid',
      message: `lab: its application credential is of ${PROJECT.name}, not of shop`,
    });
  });

  it('may be a token that was made elsewhere', async () => {
    const auth = {
      identity: { methods: ['password'], password: { user: { name: username, password, domain: { id: 'default' } } } },
    };
    const { token } = cloud.keystone.issue({ auth }, {}, cloud.origin);
    expect(await read({ token, project: PROJECT.name })).toMatchObject(WEB1);
    cloud.keystone.revoke();
    const error = await refusal(read());
    expect(error).toMatchObject({ code: 'auth.rejected', retry: false, fix: expect.stringContaining('new token') });
  });

  it('is renewed before it ends, whatever the time is at the server', async () => {
    await read();
    aheadMs = 54 * 60_000;
    await read();
    expect(cloud.keystone.logins).toBe(1);
    aheadMs = 56 * 60_000;
    await read();
    expect(cloud.keystone.logins).toBe(2);
  });

  it('is renewed when the server has forgotten it', async () => {
    await read();
    cloud.keystone.revoke();
    await read();
    expect(cloud.keystone.logins).toBe(2);
  });

  it('asks for a password that is not in the configuration', async () => {
    const asked: string[] = [];
    const secret = (prompt: string) => Promise.resolve(asked.push(prompt) ? password : undefined);
    await open({ username, project: PROJECT.name }, { secret });
    expect(asked).toEqual([expect.stringMatching(/^Password of drover at 127\.0\.0\.1:\d+$/)]);
    // When a token ends the user is not asked again: they may have left.
    cloud.keystone.revoke();
    await read();
    expect(asked).toHaveLength(1);
    await connection?.close();
    expect((await refusal(open({ username, project: PROJECT.name }))).code).toBe('auth.needs-secret');
  });

  it('asks for a one-time code when Keystone wants a second factor', async () => {
    const { username: user, password: known, passcode } = ACCOUNTS.careful;
    const values = { username: user, password: known, project: PROJECT.name };
    const asked: string[] = [];
    const answer = (code: string): Ask => ({
      secret: (prompt) => Promise.resolve(asked.push(prompt) ? code : undefined),
    });
    await open(values, answer(` ${passcode}\n`));
    expect(asked).toEqual([expect.stringMatching(/^One-time code of careful/)]);
    expect(await refusal(open(values, answer('000000')))).toMatchObject({
      code: 'auth.rejected',
      fix: 'try the next one-time code',
    });
    expect((await refusal(open(values))).code).toBe('auth.needs-secret');
  });

  it('F-203 that is wrong is refused once, without the password in the error', async () => {
    const error = await refusal(open({ ...MEMBER, password: 'wr0ng-s3cret' }));
    expect(error).toMatchObject({ code: 'auth.rejected', retry: false, refused: 'password' });
    expect(JSON.stringify([error.message, error.fix])).not.toContain('wr0ng');
    expect(cloud.requests).toHaveLength(1);
  });

  it('without a project says so', async () => {
    expect(await refusal(open({ username, password }))).toMatchObject({
      code: 'config.invalid',
      fix: 'name one as `project`',
    });
  });

  it('at an address that is not Keystone says so', async () => {
    const error = await refusal(open({ ...MEMBER, 'auth-url': `${cloud.origin}/identity/elsewhere` }));
    expect(error).toMatchObject({ code: 'host.protocol', fix: 'check `auth-url`' });
  });
});

describe('a cloud', () => {
  it('with several regions must be told which', async () => {
    cloud.keystone.regions.push('RegionTwo');
    expect(await refusal(open(MEMBER))).toMatchObject({
      code: 'config.invalid',
      fix: 'say which as `region`: there is RegionOne, RegionTwo',
    });
    expect((await refusal(open({ ...MEMBER, region: 'regiontwo' }))).fix).toContain('capitals count');
    await read({ ...MEMBER, region: 'RegionTwo' });
  });

  it.each(['2.60', '2.72', '2.93', '2.104'])('whose Nova speaks up to %s is understood', async (most) => {
    cloud.nova.most = most;
    const info = await read();
    expect(info).toMatchObject(WEB1);
    expect(cloud.complaints).toEqual([]);
  });

  it('that is too old is told apart', async () => {
    cloud.nova.most = '2.53';
    expect(await refusal(open(MEMBER))).toMatchObject({ code: 'op.unsupported', message: /2\.53 only; 2\.60/ });
  });

  it('F-025 is looked at step by step', async () => {
    const checks = await testEndpoint(endpointOf(MEMBER), contextOf({}));
    expect(checks.map(({ check, ok }) => [check, ok])).toEqual([
      ['the name resolves', true],
      ['the host answers', true],
      ['the link is protected', true],
      ['the login works, and Nova answers', true],
      ['it may see servers', true],
      ['it sees where they run', true],
    ]);
    expect(checks.at(-1)?.detail).toBe('1 availability zone');
    const wrong = await testEndpoint(endpointOf({ ...MEMBER, password: 'x' }), contextOf({}));
    expect(wrong.at(-1)).toMatchObject({ check: 'the login works, and Nova answers', ok: false, fix: /password/ });
    expect(await testEndpoint({ ...endpointOf({}), values: {} }, contextOf({}))).toMatchObject([{ ok: false }]);
  });
});

describe('a connection', () => {
  it.each(['/compute', '/compute/v2.1', `/compute/v2.1/${PROJECT.id}`, `/compute/v2/${PROJECT.id}`])(
    'finds Nova at %s',
    async (path) => {
      expect(await read({ ...MEMBER, 'compute-url': `${cloud.origin}${path}` })).toMatchObject(WEB1);
      expect(cloud.complaints).toEqual([]);
    },
  );

  it('that is closed asks nothing any more, and ends what watches', async () => {
    const opened = await open(MEMBER);
    expect(opened.whyNot['node.shell']).toBe('OpenStack has no login to its hosts');
    const options = { sink: () => {}, signal, interest: () => [], everyMs: () => 60_000 };
    const watch = opened.watch(options);
    await opened.close();
    await watch;
    const asked = cloud.requests.length;
    await opened.watch(options);
    await expect(read()).rejects.toMatchObject({ code: 'host.unreachable' });
    expect(cloud.requests).toHaveLength(asked);
  });
});

describe('a console', () => {
  it('that the cloud does not have is told as that', async () => {
    cloud.nova.consoles = undefined;
    const { id } = cloud.world.add({ vmState: 'active' });
    const serial = (await open(MEMBER)).console?.serial;
    expect(await refusal(serial?.(vmId(LAB, id), { force: false }, signal) ?? Promise.resolve())).toMatchObject({
      code: 'op.unsupported',
      message: /no such console/,
    });
  });

  it('that is not protected is refused, where the rest is', async () => {
    cloud.nova.consoles = () => 'ws://192.0.2.7:6083/?token=hidden-token';
    const { id } = cloud.world.add({ vmState: 'active' });
    const serial = (await open(MEMBER)).console?.serial;
    const error = await refusal(serial?.(vmId(LAB, id), { force: false }, signal) ?? Promise.resolve());
    expect(error).toMatchObject({ code: 'config.invalid', message: /not protected/ });
    expect(error.message).not.toContain('hidden-token');
  });

  it.each([
    ['vnc_lite.html?path=%3Ftoken%3DTOKEN', '/?token=TOKEN'],
    ['novnc/vnc_lite.html?autoconnect=1&path=websockify%3Ftoken%3DTOKEN', '/websockify?token=TOKEN'],
    ['vnc_auto.html?token=TOKEN', '/?token=TOKEN'],
  ])('F-356 is a display behind the page %s', async (page, path) => {
    cloud.nova.consoles = () => `${cloud.origin}/${page}`;
    const { id } = cloud.world.add({ vmState: 'active' });
    const display = (await open(MEMBER)).console?.display;
    // No token that the proxy has given out: it is the address that counts.
    await refusal(display?.(vmId(LAB, id), signal) ?? Promise.resolve());
    expect(cloud.requests.at(-1)).toBe(`GET ${path}`);
  });

  it('that is a display of a server that is off is refused before anything is asked', async () => {
    const { id } = cloud.world.add({ vmState: 'stopped' });
    const display = (await open(MEMBER)).console?.display;
    expect(await refusal(display?.(vmId(LAB, id), signal) ?? Promise.resolve())).toMatchObject({
      code: 'op.conflict',
      fix: 'start it first',
    });
    expect(cloud.requests.filter((request) => request.includes('remote-consoles'))).toEqual([]);
  });

  it('F-357 has written something, which can be read', async () => {
    const { id } = cloud.world.add({ vmState: 'active' });
    const output = (await open(MEMBER)).console?.output;
    expect((await output?.(vmId(LAB, id), signal))?.text).toContain('Booting\n');
  });
});
