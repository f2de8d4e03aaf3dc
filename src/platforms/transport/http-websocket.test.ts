import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { endpointName } from '../../ids.ts';
import { createHttp } from './http.ts';
import { openWebSocket } from './http-websocket.ts';
import { createFrameReader, encodeFrame, OPCODE } from './http-websocket-frames.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A frame as servers send it: not masked. */
const frame = (opcode: number, payload: Buffer | string): Buffer => {
  const body = Buffer.from(payload);
  const size = body.length > 125 ? Buffer.from([126, body.length >> 8, body.length & 255]) : Buffer.from([body.length]);
  return Buffer.concat([Buffer.from([0x80 + opcode]), size, body]);
};

/** What a client sent, without its masks. */
function unmasked(bytes: Buffer): { readonly opcode: number; readonly text: string }[] {
  const frames: { opcode: number; text: string }[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const short = (rest[1] ?? 0) & 0x7f;
    const wide = short === 126 ? 2 : 0;
    const length = wide === 2 ? rest.readUInt16BE(2) : short;
    const start = 2 + wide + 4;
    const body = rest.subarray(start, start + length).map((byte, i) => byte ^ (rest[start - 4 + (i & 3)] ?? 0));
    frames.push({ opcode: (rest[0] ?? 0) & 15, text: Buffer.from(body).toString() });
    rest = rest.subarray(start + length);
  }
  return frames;
}

async function connect(serve: (socket: Duplex) => void, accept?: string) {
  const server = createServer((_request, response) => response.writeHead(403, 'No Console').end());
  server.on('upgrade', (request, socket) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const proof = accept ?? createHash('sha1').update(key).digest('base64');
    socket.on('error', () => {});
    open.push(() => socket.destroy());
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: ${proof}\r\n\r\n`,
    );
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const target = { host: '127.0.0.1', port, secure: false, base: '' };
  const http = createHttp({
    target,
    endpoint: endpointName('test'),
    clock: systemClock,
    channel: 'console',
    wire: () => {},
  });
  open.push(() => {
    http.close();
    server.close();
  });
  const { signal } = new AbortController();
  return openWebSocket(http, { path: '/console', headers: { cookie: 'a=b' }, protocol: 'binary', signal });
}

async function textOf(stream: Duplex): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a websocket', () => {
  it('is a stream of bytes, however they are cut into frames', async () => {
    const stream = await connect((socket) => {
      const bytes = Buffer.concat([frame(OPCODE.binary, 'log'), frame(OPCODE.text, 'in: '), frame(OPCODE.close, '')]);
      socket.write(bytes.subarray(0, 4));
      setImmediate(() => socket.write(bytes.subarray(4)));
    });
    expect(await textOf(stream)).toBe('login: ');
  });

  it('sends what is written in masked frames of a size that servers take', async () => {
    const got: Buffer[] = [];
    const stream = await connect((socket) => socket.on('data', (chunk: Buffer) => got.push(chunk)));
    await new Promise((resolve) => stream.write(Buffer.alloc(70_000, 'x'), resolve));
    stream.end();
    await once(stream, 'finish');
    await expect
      .poll(() => unmasked(Buffer.concat(got)).map(({ opcode, text }) => [opcode, text.length]))
      .toEqual([
        [OPCODE.binary, 32_768],
        [OPCODE.binary, 32_768],
        [OPCODE.binary, 4_464],
        [OPCODE.close, 2],
      ]);
  });

  it('answers a ping with the same bytes', async () => {
    const got: Buffer[] = [];
    const stream = await connect((socket) => {
      socket.on('data', (chunk: Buffer) => got.push(chunk));
      socket.write(frame(OPCODE.ping, 'still there?'));
    });
    stream.resume();
    await expect.poll(() => unmasked(Buffer.concat(got))).toEqual([{ opcode: OPCODE.pong, text: 'still there?' }]);
  });

  it('ends when the server hangs up', async () => {
    const stream = await connect((socket) => void socket.end(frame(OPCODE.binary, 'bye')));
    expect(await textOf(stream)).toBe('bye');
    await expect.poll(() => stream.destroyed).toBe(true);
  });

  it('says how the server refused it', async () => {
    const server = createServer((_request, response) => response.writeHead(403, 'No Console').end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const target = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, secure: false, base: '' };
    const http = createHttp({
      target,
      endpoint: endpointName('test'),
      clock: systemClock,
      channel: 'console',
      wire: () => {},
    });
    open.push(() => {
      http.close();
      server.close();
    });
    const options = { path: '/console?vncticket=hidden', headers: {}, protocol: 'binary' };
    const refused = openWebSocket(http, { ...options, signal: new AbortController().signal });
    await expect(refused).rejects.toMatchObject({ status: 403, reason: 'No Console' });
    await expect(refused).rejects.not.toThrow('hidden');
  });

  it('is not opened by a server that does not know the key', async () => {
    await expect(connect(() => {}, 'wrong')).rejects.toMatchObject({ code: 'host.protocol' });
  });
});

describe('a frame', () => {
  it('is read from bytes that come one by one', () => {
    const read = createFrameReader();
    const bytes = frame(OPCODE.binary, 'x'.repeat(300));
    const frames = [...bytes].flatMap((byte) => read(Buffer.from([byte])));
    expect(frames.map(({ payload }) => payload.length)).toEqual([300]);
  });

  it.each([
    ['masked by the server', encodeFrame(OPCODE.binary, Buffer.from('x'))],
    ['of another protocol', Buffer.from('HTTP/1.1 500')],
    ['larger than any console needs', Buffer.from([0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0])],
  ])('%s is no frame', (_what, bytes) => expect(() => createFrameReader()(bytes)).toThrow());
});
