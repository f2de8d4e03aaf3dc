import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { refusal } from '../../../../test/contract/refusal.ts';
import { systemClock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { endpointName } from '../../../ids.ts';
import { createHttp } from './http.ts';
import { createRest } from './rest.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server that keeps what it gets, or answers at once with a status. */
async function start(status = 200) {
  const bodies: Buffer[] = [];
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    const answer = () => response.writeHead(status, { 'content-type': 'application/json' }).end('{"data":1}');
    if (status !== 200) answer();
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks));
      if (status === 200) answer();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  const wire: string[] = [];
  const http = createHttp({
    target: { host: '127.0.0.1', port, secure: false, base: '' },
    endpoint: endpointName('e'),
    clock: systemClock,
    wire: ({ text }) => void wire.push(text),
    channel: 'test',
  });
  closing.push(async () => {
    http.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { rest: createRest({ http, clock: systemClock }), bodies, seen, wire };
}

const { signal } = new AbortController();
const file = (pieces: readonly Buffer[], length = Buffer.concat(pieces).length) => ({
  field: 'filename',
  name: 'a.iso',
  length,
  async *pieces() {
    yield* pieces;
  },
});

describe('a file in a form', () => {
  it('is sent in pieces behind its fields, with the length that was said, and without a password in the log', async () => {
    const { rest, bodies, seen, wire } = await start();
    const large = Buffer.alloc(3_000_000, 7);
    const multipart = { fields: { content: 'iso', password: 'hidden' }, file: file([large, Buffer.from('end')]) };
    expect((await rest.change('POST', { path: '/upload', signal, multipart })).body).toEqual({ data: 1 });
    const [body = Buffer.alloc(0)] = bodies;
    expect(Number(seen[0]?.headers['content-length'])).toBe(body.length);
    const [, boundary] = /boundary=(\S+)$/.exec(seen[0]?.headers['content-type'] ?? '') ?? [];
    const head = body.toString('latin1', 0, 600);
    expect(head.indexOf('name="content"')).toBeLessThan(head.indexOf('name="filename"; filename="a.iso"'));
    expect(body.includes(large)).toBe(true);
    expect(body.toString('latin1').endsWith(`end\r\n--${boundary}--\r\n`)).toBe(true);
    expect(wire.join()).toContain('a file of 3000003 bytes');
    expect(wire.join()).not.toContain('hidden');
  });

  it('is not half sent when the file is shorter than it was', async () => {
    const { rest, bodies } = await start();
    const multipart = { fields: {}, file: file([Buffer.from('short')], 9) };
    const error = await refusal(rest.change('POST', { path: '/upload', signal, multipart }));
    expect([error.code, error.message]).toEqual(['op.failed', expect.stringContaining('5 bytes, and not 9')]);
    expect(bodies).toEqual([]);
  });

  it('ends with what reading it ends with', async () => {
    const { rest } = await start();
    const broken = {
      ...file([], 4),
      // biome-ignore lint/correctness/useYield: it fails before
      async *pieces(): AsyncGenerator<Uint8Array> {
        throw new FleetError('op.refused', 'another file has taken its place');
      },
    };
    const error = await refusal(
      rest.change('POST', { path: '/upload', signal, multipart: { fields: {}, file: broken } }),
    );
    expect([error.code, error.message]).toEqual(['op.refused', 'another file has taken its place']);
  });

  it('gets the answer of a server that refuses before all has come', async () => {
    const { rest } = await start(413);
    const pieces = Array.from({ length: 40 }, () => Buffer.alloc(1_000_000));
    const multipart = { fields: {}, file: file(pieces) };
    await expect(rest.change('POST', { path: '/upload', signal, multipart })).rejects.toThrow(/413/);
  });
});

describe('the body of an answer that is handed on', () => {
  async function serve(status: number, ...sent: readonly string[]) {
    const server = createServer((_request, response) => {
      response.writeHead(status, { 'content-length': '6' });
      for (const piece of sent) response.write(piece);
      if (sent.join('').length === 6) response.end();
      else response.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const { port } = server.address() as AddressInfo;
    const http = createHttp({
      target: { host: '127.0.0.1', port, secure: false, base: '' },
      endpoint: endpointName('e'),
      clock: systemClock,
      wire: () => {},
      channel: 'test',
    });
    closing.push(async () => {
      http.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const taken: string[] = [];
    const get = (into: (piece: Uint8Array) => Promise<void> = async (piece) => void taken.push(String(piece))) =>
      http.send({ method: 'GET', path: '/', kind: 'reads', signal, limit: 3, into });
    return { get, taken };
  }

  it('comes in pieces, beyond every limit, and is not in the answer', async () => {
    const { get, taken } = await serve(200, 'abc', 'def');
    const { status, body } = await get();
    expect([status, body.length, taken.join('')]).toEqual([200, 0, 'abcdef']);
  });

  it('is no whole one when it breaks off, or when it is not taken', async () => {
    expect(await refusal((await serve(200, 'abc')).get())).toMatchObject({ code: 'host.unreachable' });
    const full = new FleetError('op.failed', 'there is no room');
    const { get } = await serve(200, 'abcdef');
    await expect(get(() => Promise.reject(full))).rejects.toMatchObject({
      message: expect.stringContaining('no room'),
    });
  });

  it('stays in an answer that is no success', async () => {
    const { get, taken } = await serve(404, 'no');
    await get().catch(() => undefined);
    expect(taken).toEqual([]);
  });
});
