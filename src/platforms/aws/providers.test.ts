import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { endpointName } from '../../ids.ts';
import { accountOf } from './account.ts';
import type { HttpHandler } from './http-handler.ts';
import { credentialsOf } from './providers.ts';

const START_URL = 'https://corp.example.org/start';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-aws-'));
  vi.stubEnv('HOME', home);
  await mkdir(join(home, '.aws/sso/cache'), { recursive: true });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

/** The hosts that a login asks. */
async function hostsAskedFor(config: string): Promise<readonly string[]> {
  await writeFile(join(home, '.aws/config'), config);
  const hosts: string[] = [];
  const handler: HttpHandler = {
    async handle({ hostname }) {
      hosts.push(hostname);
      throw new Error('no further');
    },
    close() {},
  };
  const account = await accountOf(
    { name: endpointName('c'), platform: 'aws', values: { profile: 'p' } },
    { HOME: home },
  );
  const parts = {
    account,
    handler,
    ask: {},
    deadline: { signal: new AbortController().signal, whileAsking: <T>(ask: () => Promise<T>) => ask() },
    onAsking() {},
    onStarted() {},
  };
  await credentialsOf(account.login, parts).catch(() => undefined);
  return [...new Set(hosts)];
}

it('asks the portal of single sign-on in its own region, not in that of the instances', async () => {
  const name = createHash('sha1').update(START_URL).digest('hex');
  const token = { accessToken: 'x', expiresAt: '2999-01-01T00:00:00Z' };
  await writeFile(join(home, `.aws/sso/cache/${name}.json`), JSON.stringify(token));
  const hosts = await hostsAskedFor(`[profile p]
region = eu-central-1
sso_start_url = ${START_URL}
sso_region = eu-west-1
sso_account_id = 1
sso_role_name = ops
`);
  expect(hosts).toEqual(['portal.sso.eu-west-1.amazonaws.com']);
});

it('asks for a role in the region of the instances', async () => {
  const hosts = await hostsAskedFor(`[profile p]
region = eu-central-1
role_arn = arn:aws:iam::1:role/r
source_profile = k
[profile k]
region = us-east-1
aws_access_key_id = A
aws_secret_access_key = S
`);
  expect(hosts).toEqual(['sts.eu-central-1.amazonaws.com']);
});
