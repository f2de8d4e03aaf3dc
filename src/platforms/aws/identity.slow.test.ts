import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../../clock.ts';
import { endpointName } from '../../ids.ts';
import type { Ask, Settings, WireLine } from '../contract.ts';
import { connect } from './connection.ts';
import { requireInstalled } from './sdk/installed.ts';
import { KEYS, REGION, ROLE } from './testkit/access.ts';
import { type FakeAws, startFakeAws } from './testkit/server.ts';

const CONFIG = `[profile corp]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = operator
region = ${REGION}

[sso-session corp]
sso_start_url = https://corp.example.org/start
sso_region = eu-west-1
sso_registration_scopes = sso:account:access

[profile bare]
region = ${REGION}
`;
const DEVICE = 'arn:aws:iam::123456789012:mfa/ada';

let folder: string;
let server: FakeAws;
let wire: WireLine[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-aws-'));
  server = await startFakeAws(systemClock);
  wire = [];
  await writeFile(join(folder, 'config'), CONFIG);
  vi.stubEnv('HOME', folder);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await rm(folder, { recursive: true });
});

const open = (values: Settings, ask: Ask = {}, clock: Clock = systemClock) =>
  connect(
    {
      name: endpointName('cloud'),
      platform: 'aws',
      values: { region: REGION, 'endpoint-url': server.origin, ...values },
    },
    { signal: new AbortController().signal, clock, wire: (line) => void wire.push(line), ask },
  );

const WITH_KEYS = { 'access-key-id': KEYS.accessKeyId, 'secret-access-key': KEYS.secretAccessKey };

it('F-203 says which command logs in again when the single sign-on has run out', async () => {
  await expect(open({ profile: 'corp' })).rejects.toMatchObject({
    code: 'auth.rejected',
    fix: 'aws sso login --profile corp',
  });
});

it('says how to give a login when there is none', async () => {
  await expect(open({ profile: 'bare' })).rejects.toMatchObject({
    code: 'auth.needs-secret',
    fix: expect.stringContaining('aws configure --profile bare'),
  });
});

it('waits for the program of a profile, and does not start it again', async () => {
  const started = join(folder, 'started');
  const gate = join(folder, 'gate');
  const program = join(folder, 'login');
  await promisify(execFile)('mkfifo', [gate]);
  const keys = { Version: 1, AccessKeyId: KEYS.accessKeyId, SecretAccessKey: KEYS.secretAccessKey };
  await writeFile(program, `#!/bin/sh\necho once >> ${started}\ncat ${gate}\n`, { mode: 0o700 });
  await writeFile(join(folder, 'config'), `[profile asks]\nregion = ${REGION}\ncredential_process = ${program}\n`);
  const impatient: Clock = { ...systemClock, after: (ms, call) => systemClock.after(ms / 40, call) };
  await expect(open({ profile: 'asks' }, {}, impatient)).rejects.toMatchObject({ code: 'host.unreachable' });
  const second = open({ profile: 'asks' });
  await writeFile(gate, JSON.stringify(keys));
  await (await second).close();
  expect(await readFile(started, 'utf8')).toBe('once\n');
});

it('ends a program that hangs, and starts it again', async () => {
  const started = join(folder, 'started');
  const program = join(folder, 'login');
  await writeFile(program, `#!/bin/sh\necho once >> ${started}\nwhile [ -e ${started} ]; do sleep 0.1; done\n`, {
    mode: 0o700,
  });
  await writeFile(join(folder, 'config'), `[profile hangs]\nregion = ${REGION}\ncredential_process = ${program}\n`);
  let passedMs = 0;
  const quick: Clock = {
    now: () => systemClock.now(),
    ticks: () => systemClock.ticks() + passedMs,
    after: (ms, call) => systemClock.after(ms / 200, call),
  };
  await expect(open({ profile: 'hangs' }, {}, quick)).rejects.toMatchObject({ code: 'host.unreachable' });
  await expect(open({ profile: 'hangs' }, {}, quick)).rejects.toMatchObject({ code: 'host.unreachable' });
  await vi.waitFor(async () => expect(await readFile(started, 'utf8')).toBe('once\n'));
  passedMs = 300_000;
  await expect(open({ profile: 'hangs' }, {}, quick)).rejects.toMatchObject({ code: 'host.unreachable' });
  await vi.waitFor(async () => expect(await readFile(started, 'utf8')).toBe('once\nonce\n'));
});

it.each([
  ['with keys', 'keys', 1],
  ['with another role', 'middle', 2],
])('asks the STS of a private cloud for the role of a profile, which is taken %s', async (_how, source, roles) => {
  const config = `[profile role]
region = ${REGION}
endpoint_url = ${server.origin}
role_arn = ${ROLE}
source_profile = ${source}
[profile middle]
role_arn = ${ROLE}
source_profile = keys
[profile keys]
aws_access_key_id = ${KEYS.accessKeyId}
aws_secret_access_key = ${KEYS.secretAccessKey}
`;
  await writeFile(join(folder, 'config'), config);
  const values = { profile: 'role', region: REGION };
  const connection = await connect(
    { name: endpointName('cloud'), platform: 'aws', values },
    { signal: new AbortController().signal, clock: systemClock, wire: (line) => void wire.push(line), ask: {} },
  );
  await connection.close();
  const lines = JSON.stringify(wire);
  expect(lines.match(/AssumeRole/g)).toHaveLength(roles);
  expect(lines).not.toContain('amazonaws');
});

it('says of an answer that is nested without end that it can not be read', async () => {
  const name = 'DescribeAvailabilityZonesResponse';
  const body = `<${name}>${'<a>'.repeat(30_000)}${'</a>'.repeat(30_000)}</${name}>`;
  const deep = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/xml' }).end(body);
  });
  await new Promise<void>((resolve) => deep.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(deep.address() as AddressInfo).port}`;
  await expect(open({ ...WITH_KEYS, 'endpoint-url': url })).rejects.toMatchObject({
    code: 'host.protocol',
    message: expect.stringMatching(/the answer of the service can't be read$/),
  });
  await new Promise((resolve) => deep.close(resolve));
});

it('shows a key that was refused once only', async () => {
  const keys = { ...WITH_KEYS, 'access-key-id': 'AKIAWRONG' };
  await expect(open(keys)).rejects.toMatchObject({ code: 'auth.rejected' });
  expect(wire.map(({ text }) => text)).toHaveLength(1);
});

it('names the role that may not be taken', async () => {
  const role = ROLE.replace('operator', 'king');
  await expect(open({ ...WITH_KEYS, 'role-arn': role })).rejects.toMatchObject({
    code: 'auth.forbidden',
    fix: 'ask for a policy that allows sts:AssumeRole',
  });
});

describe('a role that demands a code', () => {
  const values = { ...WITH_KEYS, 'role-arn': ROLE, 'mfa-serial': DEVICE };

  it('is taken with the code that the user types', async () => {
    const asked: string[] = [];
    const connection = await open(values, {
      async secret(prompt) {
        asked.push(prompt);
        return '123456';
      },
    });
    await connection.close();
    expect(asked).toEqual([`MFA code of ${DEVICE}`]);
  });

  it('is not taken where there is no user to ask', async () => {
    await expect(open(values)).rejects.toMatchObject({ code: 'auth.needs-secret' });
  });
});

it('writes nothing secret into the wire log', async () => {
  const connection = await open(
    { ...WITH_KEYS, 'role-arn': ROLE, 'mfa-serial': DEVICE },
    { secret: async () => '123456' },
  );
  await connection.close();
  const told = JSON.stringify(wire);
  expect(told).toContain('AssumeRole');
  expect(told).toContain('DescribeAvailabilityZones');
  for (const secret of [KEYS.secretAccessKey, 'session-token', 'session/secret', 'Signature']) {
    expect(told).not.toContain(secret);
  }
  expect(told).not.toMatch(/TokenCode=123456/);
});

it("names Amazon's packages, and the command that installs them, when one is not there", () => {
  expect(() => requireInstalled(['@aws-sdk/client-absent'])).toThrow(
    'this needs packages of Amazon that are not installed: @aws-sdk/client-absent',
  );
  expect(() => requireInstalled()).not.toThrow();
});
