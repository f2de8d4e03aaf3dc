import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { FleetError } from '../../errors.ts';
import { connectError } from './connect-error.ts';
import { openUnix } from './socket.ts';
import { openTls, type TlsTarget } from './tls.ts';
import { handshakeError } from './tls-words.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const CERT = { cert: readFileSync(fixture('server.pem')), key: readFileSync(fixture('server-key.pem')) };
const patience = { clock: systemClock, signal: new AbortController().signal };

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  open.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const at = server.address();
      resolve(typeof at === 'object' && at ? at.port : 0);
    }),
  );
}

const tls = (options: TlsOptions): Server =>
  createTlsServer({ ...CERT, ...options }, (socket) => {
    socket.on('error', () => {});
  });
const plain = (greet: (socket: Socket) => void): Server => createServer(greet);

/** Why a connection to that server fails. */
async function failure(server: Server, target: Partial<TlsTarget> = {}): Promise<FleetError> {
  const port = await listen(server);
  const known = { ca: fixture('authority.pem') };
  return openTls({ host: '127.0.0.1', port, ...known, ...target }, patience).then(
    () => Promise.reject(new Error('it opened')),
    (error: FleetError) => error,
  );
}

const OLD = { ciphers: 'DEFAULT@SECLEVEL=0' };

describe('a server that TLS does not work with says why, and what to do', () => {
  it.each<[string, () => Promise<FleetError>, string, RegExp, RegExp]>([
    [
      'only TLS 1.0',
      () => failure(tls({ ...OLD, minVersion: 'TLSv1', maxVersion: 'TLSv1' })),
      'host.protocol',
      /no version of TLS that is safe/,
      /update the server/,
    ],
    [
      'only TLS 1.1',
      () => failure(tls({ ...OLD, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' })),
      'host.protocol',
      /no version of TLS that is safe/,
      /update the server/,
    ],
    [
      'an authority that is not known',
      () => failure(tls({}), { ca: fixture('server.pem'), host: 'localhost' }),
      'trust.tls',
      /the authority that signed it is not known here/,
      /`ca`/,
    ],
    [
      'plain HTTP',
      () => failure(plain((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
      'host.protocol',
      /does not speak TLS/,
      /check the port/,
    ],
    [
      'SSH',
      () => failure(plain((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'))),
      'host.protocol',
      /does not speak TLS/,
      /check the port/,
    ],
    [
      'a client certificate that is wanted',
      () => failure(tls({ requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' })),
      'auth.rejected',
      /wants a client certificate/,
      /`cert` and `client-key`/,
    ],
    [
      'nothing but an end',
      () => failure(plain((socket) => socket.once('data', () => socket.end()))),
      'host.unreachable',
      /the other side hung up/,
      /undefined/,
    ],
  ])('%s', async (_what, fail, code, message, fix) => {
    const error = await fail();
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(String(error.fix)).toMatch(fix);
    expect(`${error.message} ${error.fix}`).not.toMatch(/Node\.js|openssl|error:0|SSL routines|0A0/);
  });

  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', /the server has signed it itself$/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', /authority .* is not known here$/],
    ['CERT_HAS_EXPIRED', 'certificate has expired', /it has expired$/],
    ['CERT_SIGNATURE_FAILURE', 'certificate signature failure', /it is not valid \(cert signature failure\)$/],
  ])('a certificate with the fault %s', (code, message, said) => {
    const hint = '; if the root CA is installed locally, try running Node.js with --use-system-ca';
    const error = handshakeError(Object.assign(new Error(message + hint), { code }), 'pve1:8006');
    expect(error).toMatchObject({ code: 'trust.tls', message: expect.stringMatching(said), fix: expect.any(String) });
  });

  it.each([
    ['a folder', tmpdir(), /it is a folder$/],
    ['nothing', '/nonexistent/ca.pem', /there is no such file$/],
    ['no PEM file', fileURLToPath(import.meta.url), /is no PEM file$/],
  ])('an authority whose file is %s', async (_what, ca, said) => {
    expect(await failure(tls({}), { ca })).toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(said),
    });
  });

  it('a key that does not belong to its certificate', async () => {
    const error = await failure(tls({}), { cert: fixture('authority.pem'), key: fixture('server-key.pem') });
    expect(error).toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/`client-key` does not belong to `cert`$/),
    });
  });
});

describe('a socket that can not be opened says why', () => {
  it.each([
    ['/nonexistent/libvirt-sock', 'host.unreachable', /there is no socket/],
    [fileURLToPath(import.meta.url), 'host.unreachable', /nothing listens there/],
    [`/${'x'.repeat(200)}`, 'host.unreachable', /no address that a connection can be made to/],
  ])('%.40s', async (path, code, said) => {
    const error = await openUnix(path, patience).catch((failed: unknown) => failed);
    expect(error).toMatchObject({ code, message: expect.stringMatching(said) });
  });

  it.each([
    ['EMFILE', 'connect EMFILE 10.0.0.1:22 - Local (undefined:undefined)', /too many files and connections are open/],
    ['ENETUNREACH', 'connect ENETUNREACH fe80::1:22 - Local (:::0)', /no way to that network/],
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND nope.invalid', /the name in nope:22 can't be resolved/],
    ['EAI_AGAIN', 'getaddrinfo EAI_AGAIN nope.invalid', /the name in nope:22 can't be resolved/],
    ['EADDRNOTAVAIL', 'connect EADDRNOTAVAIL 10.0.0.1:22', /this machine has no address that leads there/],
  ])('%s', (code, message, said) => {
    const error = connectError(Object.assign(new Error(message), { code }), 'nope:22');
    expect(error.message).toMatch(said);
    expect(error.message).not.toContain(code);
  });
});
