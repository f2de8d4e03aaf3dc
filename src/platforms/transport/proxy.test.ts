import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { FleetError } from '../../errors.ts';
import { openPerhapsByProxy, proxyFor } from './proxy.ts';
import { openTls } from './tls.ts';

const patience = { clock: systemClock, signal: new AbortController().signal };
const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});
const listen = async (server: Server): Promise<number> => {
  open.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

/** Leads every name to this machine, to those that know the password. */
async function proxy() {
  const asked: string[] = [];
  const server = createServer();
  server.on('connect', ({ url = '', headers }, client, head) => {
    asked.push(url);
    if (headers['proxy-authorization'] !== `Basic ${btoa('ann:p@ss')}`)
      return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
    if (url.startsWith('closed')) return void client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    const to = connect(Number(url.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      to.write(head);
      client.pipe(to).pipe(client);
    });
    for (const end of [client, to]) end.on('error', () => {});
  });
  return { asked, port: await listen(server) };
}

it('F-219 reaches a host by the proxy of the environment, with the login of its address', async () => {
  const { asked, port } = await proxy();
  const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  const keys = { cert: readFileSync(fixture('server.pem')), key: readFileSync(fixture('server-key.pem')) };
  const there = await listen(createTlsServer(keys));
  const env = { HTTPS_PROXY: `http://ann:p%40ss@127.0.0.1:${port}` };
  const target = { host: 'far.example.org', port: there, ca: fixture('authority.pem') };
  const refused = await openTls(target, patience, (to) => openPerhapsByProxy(to, patience, env)).catch(String);
  // The certificate is that of another name: what is verified is the far end, not the proxy.
  expect(refused).toMatch(/certificate/);
  const socket = await openPerhapsByProxy(target, patience, env);
  socket.destroy();
  expect(asked).toEqual([`far.example.org:${there}`, `far.example.org:${there}`]);
});

it('F-219 says what a proxy answered, and no password', async () => {
  const { port } = await proxy();
  const problem = (host: string, login: string) =>
    openPerhapsByProxy({ host, port: 443 }, patience, { https_proxy: `http://${login}@127.0.0.1:${port}` }).catch(
      ({ code, message }: FleetError) => `${code}: ${message}`,
    );
  expect([await problem('open.example.org', 'ann:wrong'), await problem('closed.example.org', 'ann:p%40ss')]).toEqual([
    `config.invalid: the proxy 127.0.0.1:${port} refused the login, or asks for one`,
    `host.unreachable: the proxy 127.0.0.1:${port} answered 403 when it was asked for closed.example.org:443`,
  ]);
});

it.each([
  [{ HTTPS_PROXY: 'proxy:3128' }, 'proxy:3128'],
  [{ HTTPS_PROXY: 'https://proxy.lan' }, 'proxy.lan:443'],
  [{ https_proxy: 'http://[fd00::1]:8080', HTTPS_PROXY: 'other:1' }, 'fd00::1:8080'],
  [{ HTTP_PROXY: 'proxy:3128' }, undefined],
  [{ HTTPS_PROXY: '' }, undefined],
  [{ HTTPS_PROXY: 'proxy:3128', NO_PROXY: '*' }, undefined],
  [{ HTTPS_PROXY: 'proxy:3128', NO_PROXY: 'example.org' }, undefined],
  [{ HTTPS_PROXY: 'proxy:3128', no_proxy: 'lan, .Example.org' }, undefined],
  [{ HTTPS_PROXY: 'proxy:3128', NO_PROXY: '*.example.org:8443' }, undefined],
  [{ HTTPS_PROXY: 'proxy:3128', NO_PROXY: 'example.org:443' }, 'proxy:3128'],
  [{ HTTPS_PROXY: 'proxy:3128', NO_PROXY: 'ample.org' }, 'proxy:3128'],
])('reads the environment as other tools do: %j', (env, expected) => {
  const found = proxyFor({ host: 'api.example.org', port: 8443 }, env);
  expect(found && `${found.host}:${found.port}`).toBe(expected);
});

it.each([
  ['10.1.2.3', '10.0.0.0/8'],
  ['fd00::5', 'fd00::/8'],
  ['fd00::5', '[fd00::5]:443'],
  ['10.1.2.3', '10.1.2.3'],
  ['127.0.0.1', ''],
])('goes to %s straight with NO_PROXY=%s', (host, NO_PROXY) => {
  expect(proxyFor({ host, port: 443 }, { HTTPS_PROXY: 'proxy:3128', NO_PROXY })).toBeUndefined();
  expect(proxyFor({ host: '11.1.2.3', port: 443 }, { HTTPS_PROXY: 'proxy:3128', NO_PROXY })).toBeDefined();
});

it('takes no proxy of another kind, and does not repeat its password', () => {
  expect(() => proxyFor({ host: 'a', port: 443 }, { HTTPS_PROXY: 'socks5://ann:hunter2@proxy' })).toThrow(
    /^HTTPS_PROXY is no address of an HTTP proxy$/,
  );
});
