import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FleetError } from '../../../src/errors.ts';
import type { Endpoint, HostKey } from '../../../src/platforms/contract.ts';
import { run } from '../command.ts';
import { host1, ROOT_PASSWORD, site, sshdLog } from './hosts.ts';
import { sshEndpoint } from './kvm-testkit.ts';
import { connectTo } from './kvm-watching.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drover-trust-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** host1 with a known_hosts file of this test alone. */
async function withKnownHosts(text: string): Promise<{ endpoint: Endpoint; file: string }> {
  const file = join(dir, 'known_hosts');
  await writeFile(file, text);
  const endpoint = sshEndpoint(host1);
  return { file, endpoint: { ...endpoint, values: { ...endpoint.values, 'known-hosts': file } } };
}

async function refusalOf(endpoint: Endpoint): Promise<FleetError> {
  const error: unknown = await connectTo(endpoint).catch((reason: unknown) => reason);
  if (error instanceof FleetError) return error;
  throw new Error('it was let in', { cause: error });
}

it('shows an unknown host key, and remembers it once it was accepted', async () => {
  const { endpoint, file } = await withKnownHosts('# no host yet\n');
  const asked: HostKey[] = [];
  const trust = async (key: HostKey) => {
    asked.push(key);
    return true;
  };
  await (await connectTo(endpoint, { trust })).close();
  expect(asked).toMatchObject([{ host: host1.address, port: 22, type: 'ssh-ed25519' }]);
  expect(asked[0]?.fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  // Hashed, where ssh_config asks for that as Debian's does.
  expect(await run(['ssh-keygen', '-F', host1.address, '-f', file])).toContain(' ssh-ed25519 ');

  await (await connectTo(endpoint, { trust })).close();
  expect(asked).toHaveLength(1);
});

it('refuses an unknown host key when no user is there to ask, and says which command trusts it', async () => {
  const { endpoint, file } = await withKnownHosts('');
  const error = await refusalOf(endpoint);
  expect(error).toMatchObject({ code: 'trust.unknown-host', fix: 'drover endpoint trust host1', retry: false });
  expect(error.message).toContain('SHA256:');
  expect(await readFile(file, 'utf8')).toBe('');
});

it('leaves a host key that was not accepted unknown', async () => {
  const { endpoint, file } = await withKnownHosts('');
  const error: unknown = await connectTo(endpoint, { trust: async () => false }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'trust.unknown-host' });
  expect(await readFile(file, 'utf8')).toBe('');
});

it('refuses a changed host key without asking, and names file and line', async () => {
  const other = (await readFile(`${site.files.key}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
  const { endpoint, file } = await withKnownHosts(`# a line before\n${host1.address} ${other}\n`);
  let asked = false;
  const trust = async () => {
    asked = true;
    return true;
  };
  const error: unknown = await connectTo(endpoint, { trust }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'trust.changed-host' });
  expect(String(error)).toContain(`${file}, line 2`);
  expect(asked).toBe(false);
});

const wrongPasswords = async () => (await sshdLog(host1)).split('Failed password').length - 1;

it('sends a wrong password once, and never again', async () => {
  const { key: _key, ...values } = sshEndpoint(host1).values;
  const before = await wrongPasswords();
  const error = await refusalOf({ ...sshEndpoint(host1), values: { ...values, password: 'wrong' } });
  expect(error).toMatchObject({ code: 'auth.rejected', retry: false });
  expect(error.message).not.toContain('wrong');
  expect(await wrongPasswords()).toBe(before + 1);
});

it('F-023 logs in with a password', async () => {
  const { key: _key, ...values } = sshEndpoint(host1).values;
  const connection = await connectTo({ ...sshEndpoint(host1), values: { ...values, password: ROOT_PASSWORD } });
  await connection.close();
});
