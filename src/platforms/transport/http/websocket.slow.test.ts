import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createTestClock, type TestClock } from '../../../../test/clock.ts';
import { endpointName } from '../../../ids.ts';
import { createHttp } from './http.ts';
import { openWebSocket } from './websocket.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** A client of a server that does this with a request for a websocket. */
async function connect(upgrade: Upgrade | undefined, clock: TestClock = createTestClock()) {
  const server = createServer((_request, response) => response.writeHead(403, 'No Console').end('{}'));
  if (upgrade) {
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => {});
      closers.push(() => socket.destroy());
      upgrade(request, socket, head);
    });
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, secure: false, base: '' };
  const http = createHttp({ target, endpoint: endpointName('test'), clock, channel: 'console', wire: () => {} });
  closers.push(() => {
    http.close();
    server.close();
  });
  const { signal } = new AbortController();
  const path = '/console?vncticket=hidden';
  return openWebSocket(http, { path, headers: { cookie: 'a=b' }, protocol: 'binary', signal });
}

/** A server that speaks websockets, and does this with one. */
const serving =
  (serve: (socket: WebSocket) => void, options = {}): Upgrade =>
  (request, socket, head) =>
    new WebSocketServer({ noServer: true, ...options }).handleUpgrade(request, socket, head, serve);

/** One that takes the handshake and sends these bytes behind it. */
const sending =
  (...bytes: number[]): Upgrade =>
  (request, socket, head) => {
    serving(() => socket.write(Buffer.from(bytes)))(request, socket, head);
  };

async function textOf(stream: Duplex): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a websocket over TLS', () => {
  const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

  async function overTls(trust: { readonly ca?: string; readonly fingerprint?: string }) {
    const server = createTlsServer({
      cert: readFileSync(fixture('server.pem')),
      key: readFileSync(fixture('server-key.pem')),
    });
    let asked = 0;
    server.on('upgrade', (request, socket, head) => {
      asked++;
      closers.push(() => socket.destroy());
      serving((opened) => opened.send('private', () => opened.close(1000)))(request, socket, head);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const target = { host: '127.0.0.1', port, secure: true, base: '', ...trust };
    const clock = createTestClock();
    const http = createHttp({ target, endpoint: endpointName('test'), clock, channel: 'console', wire: () => {} });
    closers.push(() => {
      http.close();
      server.close();
    });
    const { signal } = new AbortController();
    const opened = openWebSocket(http, { path: '/console', headers: {}, protocol: 'binary', signal });
    return { opened, asked: () => asked };
  }
  const { fingerprint256 } = new X509Certificate(readFileSync(fixture('server.pem')));

  it.each([
    ['a private authority', { ca: fixture('authority.pem') }],
    ['the pinned certificate', { fingerprint: fingerprint256 }],
  ])('trusts %s', async (_what, trust) => {
    expect(await textOf(await (await overTls(trust)).opened)).toBe('private');
  });

  it.each([
    ['no authority', {}],
    ['another certificate', { fingerprint: 'AA:'.repeat(31).concat('AA') }],
  ])('sends nothing to a server that is known by %s', async (_what, trust) => {
    const { opened, asked } = await overTls(trust);
    await expect(opened).rejects.toMatchObject({ code: 'trust.tls' });
    expect(asked()).toBe(0);
  });
});

describe('a websocket', () => {
  it('is a stream of bytes, however they are cut into messages, and without losing the first', async () => {
    const stream = await connect(
      serving((socket) => {
        socket.send(Buffer.from('log'));
        socket.send('in');
        socket.send(Buffer.from(': '), () => socket.close(1000));
      }),
    );
    expect(await textOf(stream)).toBe('login: ');
  });

  it('sends what is written in messages of a size that servers take, and says goodbye', async () => {
    const got: number[] = [];
    const code = new Promise<number>((resolve) => {
      void connect(
        serving((socket) => {
          socket.on('message', (data: Buffer) => got.push(data.length));
          socket.once('close', resolve);
        }),
      ).then((stream) => stream.end(Buffer.alloc(70_000, 'x')));
    });
    expect(await code).toBe(1000);
    expect(got).toEqual([32_768, 32_768, 4_464]);
  });

  it('ends when the server hangs up', async () => {
    const stream = await connect(
      serving((socket) => socket.send(Buffer.from('bye'), () => setImmediate(() => socket.terminate()))),
    );
    expect(await textOf(stream)).toBe('bye');
  });

  it.each([
    [1001, '', 'the server is shutting down'],
    [1008, 'token expired', 'the server does not allow it (token expired)'],
    [1011, 'no \u001b[2J port', 'something failed inside the server (no [2J port)'],
    [4000, '', 'the server closed it with the code 4000'],
  ])('says why the server closed it with %i', async (code, reason, said) => {
    const stream = await connect(serving((socket) => socket.close(code, reason)));
    const message = expect.stringMatching(/^127\.0\.0\.1:\d+: /);
    const failed = await textOf(stream).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'host.unreachable', message });
    expect(failed).toMatchObject({ message: expect.stringContaining(said) });
  });

  it.each<[string, readonly number[]]>([
    ['masked by the server', [0x82, 0x81, 1, 2, 3, 4, 5]],
    ['with an extension', [0xc2, 1, 0]],
    ['larger than any console needs', [0x82, 127, 0, 0, 0, 0, 0x40, 0, 0, 0]],
    ['of an unknown kind', [0x83, 0]],
    ['that goes on what never began', [0x80, 1, 0]],
  ])('is broken by a frame %s', async (_what, bytes) => {
    const stream = await connect(sending(...bytes));
    await expect(textOf(stream)).rejects.toMatchObject({ code: 'host.protocol' });
  });

  it('does not wait for a reader with more than it has room for', async () => {
    const sent: number[] = [];
    let server: WebSocket | undefined;
    const stream = await connect(
      serving((socket) => {
        server = socket;
        for (let i = 0; i < 400; i++) socket.send(Buffer.alloc(65_536), () => sent.push(i));
      }),
    );
    await expect.poll(() => sent.length, { timeout: 15_000 }).toBeGreaterThan(0);
    const before = sent.length;
    expect(stream.readableLength).toBeLessThan(1024 ** 2);
    expect(before).toBeLessThan(400);
    stream.resume();
    await expect.poll(() => sent.length, { timeout: 15_000 }).toBe(400);
    server?.terminate();
  });

  it('is pinged, and given up once a server that answers pings answers none', async () => {
    const clock = createTestClock();
    let pings = 0;
    const stream = await connect(
      serving((socket) => socket.on('ping', (data) => ++pings === 1 && socket.pong(data)), { autoPong: false }),
      clock,
    );
    const failed = textOf(stream).catch((error: unknown) => error);
    await clock.pass(30_000);
    await expect.poll(() => pings).toBe(1);
    await expect
      .poll(async () => {
        await clock.pass(30_000);
        return stream.destroyed;
      })
      .toBe(true);
    expect(pings).toBeGreaterThan(1);
    expect(await failed).toMatchObject({ message: expect.stringContaining('no answer to a ping any more') });
  });

  it('says how the server refused it, without what is secret', async () => {
    const refused = connect(undefined);
    await expect(refused).rejects.toMatchObject({ status: 403, reason: 'No Console' });
    await expect(refused).rejects.not.toThrow('hidden');
  });

  it.each<[string, string]>([
    ['that does not know the key', 'Sec-WebSocket-Accept: wrong\r\nSec-WebSocket-Protocol: binary'],
    ['that speaks something else', 'Sec-WebSocket-Protocol: chat'],
  ])('is not opened by a server %s', async (_what, headers) => {
    const opened = connect((_request, socket) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n${headers}\r\n\r\n`,
      );
    });
    await expect(opened).rejects.toMatchObject({
      code: 'host.protocol',
      message: expect.stringContaining('opened no websocket'),
    });
  });

  it('is not waited for without end', async () => {
    const clock = createTestClock();
    const opened = connect(() => void clock.pass(60_000), clock);
    await expect(opened).rejects.toThrow('no answer within 30 s');
  });
});
