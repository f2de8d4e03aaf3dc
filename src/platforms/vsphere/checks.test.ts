import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import type { Endpoint } from '../contract.ts';
import { testEndpoint } from './checks.ts';
import { refused } from './testkit/scripted-vcenter.ts';
import { type SmallVcenter, startSmallVcenter } from './testkit/small-vcenter.ts';

const { signal } = new AbortController();
const pem = (name: string) => fileURLToPath(new URL(`../transport/fixtures/${name}.pem`, import.meta.url));
const TLS = { key: readFileSync(pem('server-key')), cert: readFileSync(pem('server')) };

let vcenter: SmallVcenter | undefined;
async function start(...how: Parameters<typeof startSmallVcenter>) {
  vcenter = await startSmallVcenter(...how);
  return vcenter;
}
afterEach(async () => {
  await vcenter?.close();
  vcenter = undefined;
});

const test = (endpoint: Endpoint, its = signal) =>
  testEndpoint(endpoint, { signal: its, clock: createTestClock(), wire: () => {}, ask: {} });
const withValues = ({ endpoint }: SmallVcenter, values: object): Endpoint => ({
  ...endpoint,
  values: { ...endpoint.values, ...values },
});
const methods = () => vcenter?.asked.map(({ method }) => method) ?? [];

describe('the test of a vSphere endpoint', () => {
  it('goes from the name to what may be seen, and leaves no session behind', async () => {
    const server = await start(TLS);
    const { url } = server.endpoint.values;
    const checks = await test(withValues(server, { ca: pem('authority') }));
    expect(checks.map(({ check, ok, detail }) => [check, ok, detail])).toEqual([
      ['the name resolves', true, '127.0.0.1'],
      ['the host answers', true, String(url).replace('https://', '')],
      ['the certificate is trusted', true, pem('authority')],
      ['it is vSphere', true, 'VMware vCenter Server 6.5.0 build-5973321'],
      ['the login works', true, 'administrator@vsphere.local'],
      ['the inventory may be seen', true, '3 hosts'],
    ]);
    expect(methods().at(-1)).toBe('Logout');
  });

  it('ends with the first that fails: the fields', async () => {
    const server = await start();
    expect(await test(withValues(server, { user: '' }))).toEqual([
      {
        check: 'the endpoint is complete',
        ok: false,
        detail: 'vc: user is missing',
        code: 'config.invalid',
        fix: 'drover endpoint edit vc',
      },
    ]);
  });

  it('ends with the first that fails: the certificate', async () => {
    const server = await start(TLS);
    const checks = await test(server.endpoint);
    expect(checks.map(({ check, ok }) => [check, ok]).slice(2)).toEqual([['the certificate is trusted', false]]);
    const [, shown] =
      /`fingerprint` is (\S+)/.exec(
        (await test(withValues(server, { fingerprint: `${'00:'.repeat(31)}00` }))).at(-1)?.fix ?? '',
      ) ?? [];
    const pinned = await test(withValues(server, { fingerprint: shown }));
    expect(pinned[2]).toEqual({ check: 'the certificate is trusted', ok: true, detail: 'by its fingerprint' });
  });

  it('ends with the first that fails: the login, without TLS on this machine', async () => {
    const server = await start();
    server.answer('Login', () => refused('invalid-login'));
    const checks = await test(server.endpoint);
    expect(checks.map(({ check, ok }) => [check, ok])).toEqual([
      ['the name resolves', true],
      ['the host answers', true],
      ['it is vSphere', true],
      ['the login works', false],
    ]);
  });

  it('says how much of the inventory may be seen', async () => {
    const server = await start();
    const last = async () => (await test(server.endpoint)).at(-1);
    server.remove('HostSystem:host-1');
    server.remove('HostSystem:host-2');
    expect(await last()).toMatchObject({ ok: true, detail: '1 host' });
    server.remove('HostSystem:host-3');
    expect(await last()).toMatchObject({ ok: true, detail: 'no host of it: VMs are shown without one' });
    server.answer('RetrievePropertiesEx', () => refused('no-permission'));
    expect(await last()).toMatchObject({ check: 'the inventory may be seen', ok: false, code: 'auth.forbidden' });
    expect(methods().at(-1)).toBe('Logout');
  });

  it('ends when the caller gives up', async () => {
    const server = await start();
    await expect(test(server.endpoint, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(methods()).toEqual([]);
  });
});
