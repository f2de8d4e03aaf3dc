import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
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

const said = (code: string, more: object = {}) =>
  handshakeError(Object.assign(new Error('OpenSSL said so'), { code, ...more }), 'pve1:8006');
const UNKNOWN = 'the authority that signed it is not known here';
const CA = 'name the file of the authority that signed it as `ca`';
const PIN = 'compare its fingerprint on the server itself and pin it as `fingerprint`, or name it as `ca`';

describe('a handshake that failed', () => {
  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the server has signed it itself', PIN],
    ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN, CA],
    ['UNABLE_TO_GET_ISSUER_CERT', UNKNOWN, CA],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN, CA],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN, CA],
    ['CERT_HAS_EXPIRED', 'it has expired', 'have it renewed, and check the clock of this machine'],
    ['CERT_NOT_YET_VALID', 'it is not valid yet', 'check the clocks of both machines'],
    ['CERT_REVOKED', 'its authority has revoked it', 'have it replaced'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'it is for another name', 'reach the host by a name that is in it'],
    ['HOSTNAME_MISMATCH', 'it is for another name', 'reach the host by a name that is in it'],
    ['INVALID_PURPOSE', 'it is not valid (invalid purpose)', PIN],
  ])('for the certificate: %s', (code, why, fix) => {
    const message = `the certificate of pve1:8006 is not trusted: ${why}`;
    expect(said(code)).toMatchObject({ code: 'trust.tls', message, fix });
  });

  it.each([
    [{ subjectaltname: 'DNS:pve1, IP Address:10.0.0.1' }, ': DNS:pve1, IP Address:10.0.0.1'],
    [{ subjectaltname: 'x'.repeat(200) }, `: ${'x'.repeat(119)}…`],
    [{ subjectaltname: '' }, ''],
    [{}, ''],
    [null, ''],
    ['words', ''],
  ])('names whom the certificate is for: %j', (cert, names) => {
    expect(said('HOSTNAME_MISMATCH', { cert }).message).toBe(
      `the certificate of pve1:8006 is not trusted: it is for another name${names}`,
    );
  });

  const OLD = 'it speaks no version of TLS that is safe (1.2 or later)';
  const NONE = 'what listens there does not speak TLS';
  const SHORT = 'its keys are too short to be safe';
  it.each<[string, string, string | undefined]>([
    ['TLSV1_ALERT_PROTOCOL_VERSION', OLD, 'update the server, or let it speak TLS 1.2'],
    ['UNSUPPORTED_PROTOCOL', OLD, 'update the server, or let it speak TLS 1.2'],
    ['VERSION_TOO_LOW', OLD, 'update the server, or let it speak TLS 1.2'],
    ['WRONG_VERSION_NUMBER', NONE, 'check the port, and whether it should be http://'],
    ['PACKET_LENGTH_TOO_LONG', NONE, 'check the port, and whether it should be http://'],
    ['HTTP_REQUEST', NONE, 'check the port, and whether it should be http://'],
    ['DH_KEY_TOO_SMALL', SHORT, 'have them replaced on the server'],
    ['EE_KEY_TOO_SMALL', SHORT, 'have them replaced on the server'],
    ['CA_MD_TOO_WEAK', 'its certificate is signed in a way that is not safe any more', 'have it replaced'],
    ['TLSV1_UNRECOGNIZED_NAME', 'it does not know itself by that name', 'check the name of the host'],
    ['NO_SHARED_CIPHER', 'TLS failed (no shared cipher)', undefined],
  ])('for how TLS is spoken: %s', (code, why, fix) => {
    const error = said(`ERR_SSL_${code}`);
    expect(error).toMatchObject({ code: 'host.protocol', message: `can't connect to pve1:8006: ${why}` });
    expect(error.fix).toBe(fix);
  });

  it.each(['BAD_CERTIFICATE', 'UNSUPPORTED_CERTIFICATE', 'CERTIFICATE_REQUIRED', 'UNKNOWN_CA', 'ACCESS_DENIED'])(
    'for our own certificate: %s',
    (alert) => {
      expect(said(`ERR_SSL_TLSV13_ALERT_${alert}`)).toMatchObject({
        code: 'auth.rejected',
        message: 'pve1:8006 refused the client certificate',
        fix: 'check `cert` and `client-key`',
      });
    },
  );

  it('for one of two reasons', () => {
    expect(said('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE')).toMatchObject({
      code: 'auth.rejected',
      message: 'pve1:8006 broke off: it wants a client certificate, or knows no cipher that is safe',
      fix: 'check `cert` and `client-key`, or update the server',
    });
  });

  it.each([
    ['ERR_OSSL_BAD_DECRYPT', '`client-key` has a passphrase, which is not asked for'],
    ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', '`client-key` does not belong to `cert`'],
    ['ERR_OSSL_PEM_NO_START_LINE', '`cert` or `client-key` is no PEM file that can be used'],
  ])('for our own files: %s', (code, why) => {
    expect(said(code)).toMatchObject({ code: 'config.invalid', message: `can't connect to pve1:8006: ${why}` });
  });

  it('for the link', () => {
    expect(said('ECONNRESET')).toMatchObject({
      code: 'host.unreachable',
      message: "can't connect to pve1:8006: the other side hung up",
    });
    expect(handshakeError('a word', 'pve1:8006').message).toBe("can't connect to pve1:8006: a word");
  });
});

describe('TLS', () => {
  it('waits ten seconds for a server that says nothing', async () => {
    const clock = createTestClock();
    const greeted = Promise.withResolvers<void>();
    const port = await listen(plain((socket) => socket.once('data', () => greeted.resolve())));
    let ended = false;
    const opening = openTls({ host: '127.0.0.1', port }, { ...patience, clock }).finally(() => {
      ended = true;
    });
    const refused = expect(opening).rejects.toMatchObject({
      code: 'host.unreachable',
      message: `no answer from 127.0.0.1:${port} within 10 s`,
    });
    await greeted.promise;
    await clock.pass(9_999);
    expect(ended).toBe(false);
    await clock.pass(1);
    await refused;
  });

  it('asks by name where the host has one', async () => {
    const names: (string | false | null)[] = [];
    const greet = (socket: TLSSocket) => {
      names.push(socket.servername);
      socket.end('x');
    };
    for (const host of ['localhost', '127.0.0.1']) {
      const port = await listen(createTlsServer(CERT, greet));
      const socket = await openTls({ host, port, ca: fixture('authority.pem') }, patience);
      await new Promise((resolve) => socket.resume().once('close', resolve));
    }
    expect(names).toEqual(['localhost', false]);
  });

  it('shows its own certificate to a server that wants one', async () => {
    const seen: boolean[] = [];
    const server = createTlsServer({ ...CERT, requestCert: true, rejectUnauthorized: false }, (socket) => {
      seen.push(Object.keys(socket.getPeerCertificate()).length > 0);
      socket.end('x');
    });
    const port = await listen(server);
    const own = { cert: fixture('server.pem'), key: fixture('server-key.pem'), ca: fixture('authority.pem') };
    const socket = await openTls({ host: '127.0.0.1', port, ...own }, patience);
    await new Promise((resolve) => socket.resume().once('close', resolve));
    expect(seen).toEqual([true]);
  });

  it('takes a fingerprint with blanks, without colons and in small letters', async () => {
    const port = await listen(tls({}));
    const { fingerprint256 } = new X509Certificate(CERT.cert);
    const fingerprint = ` ${fingerprint256.replaceAll(':', '').toLowerCase()} `;
    (await openTls({ host: '127.0.0.1', port, fingerprint }, patience)).destroy();
    await expect(openTls({ host: '127.0.0.1', port, fingerprint: 'AA' }, patience)).rejects.toMatchObject({
      code: 'trust.tls',
      message: `127.0.0.1:${port} shows another certificate than the one that is pinned`,
      fix: `find out why; if it was renewed, its \`fingerprint\` is ${fingerprint256}`,
    });
  });

  it('says what to do with a file that is no PEM, and gives up with the caller', async () => {
    const error = await failure(tls({}), { ca: fileURLToPath(import.meta.url) });
    expect(error.fix).toBe('convert it: openssl x509 -in FILE -out FILE.pem (or openssl pkey for a key)');
    const missing = await failure(tls({}), { ca: '/nonexistent/ca.pem' });
    expect(missing.message).toBe("can't read /nonexistent/ca.pem: there is no such file");
    const controller = new AbortController();
    const port = await listen(plain((socket) => socket.once('data', () => controller.abort(new Error('enough')))));
    const given = openTls({ host: '127.0.0.1', port }, { ...patience, signal: controller.signal });
    await expect(given).rejects.toThrow('enough');
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
