import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { Check } from '../contract.ts';
import { upToFailure } from '../transport/check.ts';
import { LINK_IS_PROTECTED, type NetworkTarget, networkSteps, type TlsStep } from './network-steps.ts';

const pem = (name: string) => fileURLToPath(new URL(`../transport/fixtures/${name}.pem`, import.meta.url));
const patience = { clock: systemClock, signal: new AbortController().signal };

let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

async function listen(protectedByTls: boolean): Promise<number> {
  server = protectedByTls
    ? createTlsServer({ key: readFileSync(pem('server-key')), cert: readFileSync(pem('server')) })
    : createServer((socket) => socket.end());
  const listening = server;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', () => resolve()));
  const address = listening.address();
  return typeof address === 'object' && address ? address.port : 0;
}
const run = (target: Partial<NetworkTarget> & { port: number }, tls?: TlsStep): Promise<readonly Check[]> =>
  upToFailure(networkSteps({ host: '127.0.0.1', ...target }, patience, tls), patience.signal);

describe('the steps of the network', () => {
  it('are the name and the port, where what comes then is up to the platform', async () => {
    const port = await listen(false);
    expect(await run({ port })).toEqual([
      { check: 'the name resolves', ok: true, detail: '127.0.0.1' },
      { check: 'the host answers', ok: true, detail: `127.0.0.1:${port}` },
    ]);
  });

  it('say of a link without TLS what the platform says, and nothing where it says nothing', async () => {
    const port = await listen(false);
    const [, , link] = await run({ port, secure: false }, LINK_IS_PROTECTED);
    expect(link).toEqual({ check: 'the link is protected', ok: true, detail: 'no: plain HTTP' });
    const plain = { detail: 'no', fix: 'use https' };
    expect((await run({ port, secure: false }, { ...LINK_IS_PROTECTED, plain })).slice(2)).toMatchObject([plain]);
    const { check, verified } = LINK_IS_PROTECTED;
    expect(await run({ port, secure: false }, { check, verified })).toHaveLength(2);
  });

  it('look at the certificate, and say by what it is known', async () => {
    const port = await listen(true);
    const link = { check: 'the link is protected', ok: true };
    expect((await run({ port, ca: pem('authority') }, LINK_IS_PROTECTED)).slice(2)).toEqual([
      { ...link, detail: 'the certificate is trusted' },
    ]);
    const [, , refused] = await run({ port, fingerprint: '00' }, LINK_IS_PROTECTED);
    expect(refused).toMatchObject({ ...link, ok: false, code: 'trust.tls' });
    const [, fingerprint = ''] = /`fingerprint` is (\S+)/.exec(refused?.fix ?? '') ?? [];
    expect((await run({ port, fingerprint }, LINK_IS_PROTECTED)).slice(2)).toEqual([
      { ...link, detail: 'the certificate is the pinned one' },
    ]);
    const named = { check: 'the certificate is trusted', verified: ({ ca }: { ca?: string }) => ca ?? '' };
    expect((await run({ port, ca: pem('authority') }, named))[2]).toEqual({
      check: 'the certificate is trusted',
      ok: true,
      detail: pem('authority'),
    });
  });

  it('fail where the environment names no proxy, without the password in it', async () => {
    for (const name of ['no_proxy', 'NO_PROXY']) vi.stubEnv(name, '');
    vi.stubEnv('https_proxy', 'socks5://ann:hunter2@proxy.test:1080');
    const checks = await run({ host: 'cloud.test', port: 443 }, LINK_IS_PROTECTED);
    vi.unstubAllEnvs();
    expect(checks).toEqual([
      {
        ...{ check: 'the host answers', ok: false, code: 'config.invalid' },
        detail: 'HTTPS_PROXY is no address of an HTTP proxy',
        fix: 'write it as http://HOST:PORT, or add cloud.test to NO_PROXY',
      },
    ]);
  });

  it('fail at a port where no program listens', async () => {
    const port = await listen(false);
    await new Promise<void>((resolve) => server?.close(() => resolve()));
    server = undefined;
    const checks = await run({ port }, LINK_IS_PROTECTED);
    expect(checks.map(({ check, ok }) => [check, ok])).toEqual([
      ['the name resolves', true],
      ['the host answers', false],
    ]);
  });
});
