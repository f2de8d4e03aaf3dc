import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { Settings } from '../contract.ts';
import { testEndpoint } from './checks.ts';
import { KEYS, REGION, ROLE } from './testkit/access.ts';
import { CLOUD } from './testkit/scripted-calls.ts';
import { type FakeAws, startFakeAws } from './testkit/server.ts';

let server: FakeAws;
beforeEach(async () => {
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
  server = await startFakeAws(systemClock);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const GOOD = {
  region: REGION,
  'access-key-id': KEYS.accessKeyId,
  'secret-access-key': KEYS.secretAccessKey,
  'role-arn': ROLE,
};
const check = (values: Settings = {}, signal = new AbortController().signal) =>
  testEndpoint(
    { name: CLOUD, platform: 'aws', values: { ...GOOD, 'endpoint-url': server.origin, ...values } },
    { clock: systemClock, wire: () => {}, signal, ask: {} },
  );

describe('the checks of an endpoint', () => {
  it('go from its fields to what may be seen', async () => {
    const checks = await check();
    expect(checks).toEqual([
      { check: 'the endpoint is complete', ok: true, detail: REGION },
      { check: "Amazon's packages are installed", ok: true, detail: 'client-ec2, credential-providers' },
      { check: 'there is a login', ok: true, detail: expect.stringMatching(/^access key ASIATEST1, until \d{4}-.*Z$/) },
      { check: 'EC2 takes it', ok: true, detail: 'eu-test-1a, eu-test-1b' },
      { check: 'the instances may be seen', ok: true, detail: 'there are none in this region' },
    ]);
    expect(server.requests.at(-1)).toContain('MaxResults=5');
    server.world.add();
    const keys = await check({ 'role-arn': '' });
    expect(keys[2]?.detail).toBe(`access key ${KEYS.accessKeyId}`);
    expect(keys[4]?.detail).toBe('DescribeInstances is allowed');
  });

  it('end at the first that fails', async () => {
    expect(await check({ region: '' })).toMatchObject([
      { check: 'the endpoint is complete', ok: false, code: 'config.invalid' },
    ]);
    const refused = await check({ 'role-arn': '', 'access-key-id': 'AKIAWRONG' });
    expect(refused.map(({ ok }) => ok)).toEqual([true, true, true, false]);
    expect(refused.at(-1)).toMatchObject({ check: 'EC2 takes it', code: 'auth.rejected' });
    const role = await check({ 'role-arn': `${ROLE}x` });
    expect(role.at(-1)).toMatchObject({ check: 'there is a login', ok: false });
  });

  it('end when the caller gives up', async () => {
    await expect(check({}, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
