import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../../test/clock.ts';
import { type Clock, systemClock } from '../../../clock.ts';
import type { FleetError } from '../../../errors.ts';
import { endpointName } from '../../../ids.ts';
import type { WireLine } from '../../contract.ts';
import { createHttp, type Http, type HttpRequest } from './http.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Served {
  readonly http: Http;
  readonly name: string;
  readonly wire: readonly WireLine[];
  /** Connections that are open. */
  readonly sockets: ReadonlySet<Socket>;
  connections(): number;
}

async function client(
  server: Server | ReturnType<typeof createTcpServer>,
  clock: Clock = systemClock,
): Promise<Served> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  });
  // It is the client that hangs up.
  if ('keepAliveTimeout' in server) server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const wire: WireLine[] = [];
  const http = createHttp({
    target: { host: '127.0.0.1', port, secure: false, base: '/api' },
    endpoint: endpointName('test'),
    clock,
    channel: 'control',
    wire: (line) => void wire.push(line),
  });
  closers.push(() => {
    http.close();
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { http, name: `127.0.0.1:${port}`, wire, sockets, connections: () => connections };
}

const serve = (answer: RequestListener, clock?: Clock) => client(createServer(answer), clock);
/** A server that says these bytes, whatever it is asked. */
const saying = (...bytes: readonly (string | Buffer)[]) =>
  client(
    createTcpServer((socket) => {
      socket.once('data', () => socket.end(Buffer.concat(bytes.map((one) => Buffer.from(one)))));
    }),
  );

const reading = (more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  path: '/x',
  kind: 'reads',
  signal: new AbortController().signal,
  ...more,
});
const changing = (more: Partial<HttpRequest> = {}) => reading({ method: 'POST', kind: 'mutates', body: 'ü', ...more });
const trouble = (answer: Promise<unknown>): Promise<FleetError> =>
  answer.then(
    () => Promise.reject(new Error('it was answered')),
    (error: FleetError) => error,
  );

describe('a request', () => {
  it('says who asks and how long it is', async () => {
    const { http } = await serve((request, response) => {
      const {
        'user-agent': agent,
        'content-length': length,
        'accept-encoding': packed,
        'x-own': own,
      } = request.headers;
      response.end(JSON.stringify([request.method, agent, length, packed, own]));
    });
    const { body } = await http.send(changing({ headers: { 'x-own': 'y' } }));
    expect(JSON.parse(body.toString())).toEqual(['POST', 'drover', '2', 'gzip', 'y']);
    expect(JSON.parse((await http.send(reading())).body.toString())).toEqual(['GET', 'drover', null, 'gzip', null]);
  });

  it('to read goes over a connection that is used again, of which none is left after the end', async () => {
    const served = await serve((_request, response) => response.end('ok'));
    await served.http.send(reading());
    await served.http.send(reading());
    expect(served.connections()).toBe(1);
    expect(served.sockets.size).toBe(1);
    served.http.close();
    await expect.poll(() => served.sockets.size, { timeout: 15_000 }).toBe(0);
    expect(await trouble(served.http.send(reading()))).toMatchObject({
      code: 'host.unreachable',
      message: `the connection to ${served.name} was closed`,
      retry: true,
    });
  });

  it('is one of a hundred in a second', async () => {
    const clock = createTestClock();
    const { http, wire } = await serve((_request, response) => void response.end(), clock);
    await Promise.all(Array.from({ length: 100 }, () => http.send(reading())));
    const began = clock.now();
    const next = http.send(reading());
    await clock.pass(10);
    await next;
    expect(new Set(wire.slice(0, 100).map(({ at }) => at - began))).toEqual(new Set([0]));
    expect(wire.slice(100).map(({ at }) => at - began)).toEqual([10]);
  });

  it('has thirty seconds, or as many as it says', async () => {
    for (const [deadlineMs, seconds] of [
      [undefined, 30],
      [7_400, 7],
    ] as const) {
      const clock = createTestClock();
      const asked = Promise.withResolvers<void>();
      const { http, name, wire } = await serve(() => asked.resolve(), clock);
      let ended = false;
      const failed = trouble(http.send(reading(deadlineMs === undefined ? {} : { deadlineMs }))).finally(() => {
        ended = true;
      });
      await asked.promise;
      await clock.pass((deadlineMs ?? 30_000) - 1);
      expect(ended).toBe(false);
      await clock.pass(1);
      const said = `${name}: no answer within ${seconds} s (GET /api/x)`;
      expect(await failed).toMatchObject({ code: 'host.unreachable', message: said, retry: true });
      expect(wire).toMatchObject([{ text: 'GET /api/x', tookMs: deadlineMs ?? 30_000, bytes: 0, failed: said }]);
    }
  });

  it('that changes something and is not answered may have done it', async () => {
    const clock: TestClock = createTestClock();
    const asked = Promise.withResolvers<void>();
    const { http, name } = await serve(() => asked.resolve(), clock);
    const failed = trouble(http.send(changing()));
    await asked.promise;
    await clock.pass(30_000);
    expect(await failed).toMatchObject({
      code: 'outcome.unknown',
      message: `${name}: no answer to POST /api/x came (no answer within 30 s); it may have been done or not`,
      fix: 'look at its state once the host answers again',
      retry: false,
    });
  });
});

describe('the wire log', () => {
  it('tells when, for how long and how much', async () => {
    const clock = createTestClock();
    const { http, wire } = await serve((_request, response) => {
      void clock.pass(250).then(() => response.writeHead(200).end('four'));
    }, clock);
    const at = clock.now();
    await http.send(reading({ note: 'a note' }));
    expect(wire).toEqual([
      { at, endpoint: 'test', channel: 'control', text: 'GET /api/x a note → 200', tookMs: 250, bytes: 4 },
    ]);
  });

  it('tells of every no, and of a user who gave up', async () => {
    const controller = new AbortController();
    const { http, wire } = await serve((request, response) => {
      if (request.url === '/api/wait') controller.abort(new Error('enough'));
      else if (request.url === '/api/400') response.writeHead(400, ' ').end();
      else response.writeHead(399).end();
    });
    await http.send(reading({ path: '/399' }));
    await http.send(reading({ path: '/400' }));
    await trouble(http.send(reading({ path: '/wait', signal: controller.signal })));
    expect(wire.map(({ text, failed, bytes }) => [text, failed, bytes])).toEqual([
      ['GET /api/399 → 399', undefined, 0],
      ['GET /api/400 → 400', '400', 0],
      ['GET /api/wait', 'given up', 0],
    ]);
  });
});

describe('an answer', () => {
  const head = (...lines: readonly string[]) => `${['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n')}`;

  it.each<[string, readonly (string | Buffer)[], string]>([
    ['nothing', [], 'the other side hung up'],
    ['half of it', [head('content-length: 100'), 'x'], 'the answer broke off half-way'],
  ])('may be asked for again when it is %s', async (_what, bytes, why) => {
    const { http, name } = await saying(...bytes);
    expect(await trouble(http.send(reading()))).toMatchObject({
      code: 'host.unreachable',
      message: `${name}: ${why} (GET /api/x)`,
      retry: true,
    });
    const changed = await trouble(http.send(changing()));
    expect(changed).toMatchObject({ code: 'outcome.unknown', message: expect.stringContaining(`came (${why});`) });
  });

  it.each<[string, readonly (string | Buffer)[], string, string | undefined]>([
    [
      'is no HTTP',
      ['SSH-2.0-x\r\n'],
      'what answers there does not speak HTTP as it must (Expected HTTP/, RTSP/ or ICE/)',
      'check the address and the port',
    ],
    [
      'has an endless header',
      [head(`x: ${'y'.repeat(20_000)}`)],
      'the header of the answer is longer than 16 KiB',
      'check the address and the port',
    ],
    [
      'is packed in a way that was not asked for',
      [head('content-encoding: br', 'content-length: 1'), 'x'],
      'the answer is packed as br, which was not asked for',
      undefined,
    ],
    [
      'is packed badly',
      [head('content-encoding: gzip', 'content-length: 1'), 'x'],
      'the answer says it is gzip, and is not',
      undefined,
    ],
    [
      'is another protocol',
      ['HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
      'it changed the protocol without being asked',
      undefined,
    ],
    [
      'comes after too many others',
      ['HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(17), head('content-length: 0')],
      'its interim answers never end',
      undefined,
    ],
  ])('that %s is none', async (_what, bytes, why, fix) => {
    const { http, name } = await saying(...bytes);
    const error = await trouble(http.send(reading()));
    expect(error).toMatchObject({ code: 'host.protocol', message: `${name}: ${why} (GET /api/x)`, retry: false });
    expect(error.fix).toBe(fix);
    expect(await trouble(http.send(changing()))).toMatchObject({ code: 'outcome.unknown' });
  });

  it.each<[string, readonly (string | Buffer)[], string]>([
    ['after sixteen others', ['HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(16), head('content-length: 1'), 'x'], 'x'],
    ['as it is', [head('content-encoding: Identity', 'content-length: 1'), 'x'], 'x'],
    ['packed', [head('content-encoding:  GZIP ', `content-length: ${gzipSync('x').length}`), gzipSync('x')], 'x'],
  ])('comes %s', async (_what, bytes, body) => {
    const { http } = await saying(...bytes);
    expect((await http.send(reading())).body.toString()).toBe(body);
  });

  it.each([false, true])('of just the limit is taken, packed: %s', async (packed) => {
    const { http, name } = await serve((request, response) => {
      const body = 'x'.repeat(Number(request.url?.split('/').at(-1)));
      if (packed) response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
      else response.end(body);
    });
    expect((await http.send(reading({ path: '/1000', limit: 1_000 }))).body).toHaveLength(1_000);
    expect(await trouble(http.send(reading({ path: '/1001', limit: 1_000 })))).toMatchObject({
      code: 'host.protocol',
      message: `${name}: the answer is larger than 1000 bytes (GET /api/1001)`,
    });
  });

  it('that breaks off on a used connection is no stale one', async () => {
    let requests = 0;
    const { http } = await serve((_request, response) => {
      if (++requests === 1) return response.end('ok');
      response.writeHead(200, { 'content-length': '9' }).write('x', () => response.destroy());
      return response;
    });
    await http.send(reading());
    expect((await trouble(http.send(reading()))).message).toContain('broke off half-way');
    expect(requests).toBe(2);
  });

  it('is asked for on another connection once, when an idle one was gone', async () => {
    let requests = 0;
    const { http } = await serve((request, response) => {
      if (++requests === 1) response.end('ok');
      else request.socket.destroy();
    });
    await http.send(reading());
    expect(await trouble(http.send(reading()))).toMatchObject({ code: 'host.unreachable', retry: true });
    expect(requests).toBe(3);
  });

  it('ends for a reason that is no error', async () => {
    const controller = new AbortController();
    const { http } = await serve(() => controller.abort('a word'));
    await expect(http.send(reading({ signal: controller.signal }))).rejects.toBe('a word');
  });

  it('is not waited for when the connection is closed: what becomes of a change is not known', async () => {
    const { http, name } = await serve(() => http.close());
    expect(await trouble(http.send(changing()))).toMatchObject({
      code: 'outcome.unknown',
      message: expect.stringContaining(`${name}: no answer to POST /api/x came (the connection was closed)`),
    });
  });
});
