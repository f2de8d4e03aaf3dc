import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../clock.ts';
import type { FleetError } from '../../../errors.ts';
import { endpointName } from '../../../ids.ts';
import type { WireLine } from '../../contract.ts';
import { createHttp, type Http, type HttpRequest } from './http.ts';
import { readHttpTarget } from './target.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const FINGERPRINT_OF_ANOTHER = 'AA:'.repeat(31).concat('AA');

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
  open.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

interface Way {
  readonly host?: string;
  readonly ca?: string;
  readonly fingerprint?: string;
}

async function serve(answer: RequestListener): Promise<{ readonly http: Http; readonly wire: readonly WireLine[] }> {
  return talkTo(`http://127.0.0.1:${await listen(createServer(answer))}`);
}

async function serveTls(way: Way, answer: RequestListener = (_request, response) => response.end('ok')) {
  const server = createTlsServer(
    { cert: readFileSync(fixture('server.pem')), key: readFileSync(fixture('server-key.pem')) },
    answer,
  );
  return talkTo(`https://${way.host ?? '127.0.0.1'}:${await listen(server)}`, way);
}

function talkTo(address: string, { ca, fingerprint }: Way = {}) {
  const wire: WireLine[] = [];
  const target = {
    ...readHttpTarget(address, { endpoint: 'test', port: 1, plainAllowed: false }),
    base: '/api',
    ...(ca && { ca }),
    ...(fingerprint && { fingerprint }),
  };
  const http = createHttp({
    target,
    endpoint: endpointName('test'),
    clock: systemClock,
    channel: 'control',
    wire: (line) => void wire.push(line),
  });
  open.push(() => http.close());
  return { http, wire };
}

const reading = (path: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  path,
  kind: 'reads',
  signal: new AbortController().signal,
  ...more,
});
const changing = (path: string): HttpRequest => reading(path, { method: 'POST', kind: 'mutates', body: 'x=1' });

const trouble = (answer: Promise<unknown>): Promise<FleetError> =>
  answer.then(
    () => Promise.reject(new Error('it was answered')),
    (error: FleetError) => error,
  );

describe('an answer', () => {
  it('is whatever the server says, whatever its number', async () => {
    const { http } = await serve((request, response) => {
      response.writeHead(418, 'Teapot', { 'x-path': request.url }).end('short and stout');
    });
    const { status, reason, headers, body } = await http.send(reading('/pot'));
    expect([status, reason, headers['x-path'], body.toString()]).toEqual([
      418,
      'Teapot',
      '/api/pot',
      'short and stout',
    ]);
  });

  it('may be compressed', async () => {
    const { http } = await serve((request, response) => {
      expect(request.headers['accept-encoding']).toBe('gzip');
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('a long list'));
    });
    expect((await http.send(reading('/'))).body.toString()).toBe('a long list');
  });

  it.each([
    ['plain', (text: string) => Buffer.from(text), {}],
    ['compressed', (text: string) => gzipSync(text), { 'content-encoding': 'gzip' }],
  ])('is refused when it is too large: %s', async (_what, pack, headers) => {
    const { http } = await serve((_request, response) => response.writeHead(200, headers).end(pack('x'.repeat(5000))));
    const error = await trouble(http.send(reading('/huge', { limit: 1000 })));
    expect(error).toMatchObject({ code: 'host.protocol' });
    expect(error.message).toMatch(/larger than 1000 bytes \(GET \/api\/huge\)/);
  });

  it.each([
    { pieces: 5_000, bytes: 1, said: /in too many small pieces \(GET \/api\/list\)/ },
    { pieces: 5_000, bytes: 100, said: undefined },
    { pieces: 4_000, bytes: 1, said: undefined },
  ])('in $pieces pieces of $bytes bytes: $said', async ({ pieces, bytes, said }) => {
    const { http } = await serve((_request, response) => {
      for (let piece = 0; piece < pieces; piece++) response.write('x'.repeat(bytes));
      response.end();
    });
    const answer = await http.send(reading('/list')).then(
      ({ body }) => body.length,
      (error: unknown) => error,
    );
    if (said === undefined) expect(answer).toBe(pieces * bytes);
    else expect(answer).toMatchObject({ code: 'host.protocol', message: expect.stringMatching(said) });
  });
});

describe('a broken link', () => {
  const breaking = (request: IncomingMessage) => void request.socket.destroy();

  it('means that a read may be tried again', async () => {
    const { http } = await serve(breaking);
    expect(await trouble(http.send(reading('/list')))).toMatchObject({ code: 'host.unreachable', retry: true });
  });

  it('means that it is not known whether a change was done', async () => {
    const { http } = await serve(breaking);
    expect(await trouble(http.send(changing('/start')))).toMatchObject({ code: 'outcome.unknown', retry: false });
  });

  it('means that a change was not done when it was never sent', async () => {
    const { http } = talkTo('http://127.0.0.1:1');
    expect(await trouble(http.send(changing('/start')))).toMatchObject({ code: 'host.unreachable' });
  });

  it('means nothing when the server had hung up on an idle connection: the read is sent on another one', async () => {
    let requests = 0;
    const { http } = await serve((request, response) => {
      requests++;
      // The second request of a connection comes too late.
      if ('used' in request.socket) request.socket.destroy();
      else response.end('ok');
      Object.assign(request.socket, { used: true });
    });
    await http.send(reading('/first'));
    expect((await http.send(reading('/second'))).body.toString()).toBe('ok');
    expect(requests).toBe(3);
  });

  it('is never shared by a change, so that none is lost on an idle connection', async () => {
    const seen = new Set<Socket>();
    const { http } = await serve((request, response) => {
      seen.add(request.socket);
      response.end('ok');
    });
    await http.send(reading('/list'));
    await http.send(changing('/start'));
    await http.send(changing('/stop'));
    expect(seen.size).toBe(3);
  });
});

describe('waiting', () => {
  it('ends at the deadline', async () => {
    const { http } = await serve(() => {});
    const error = await trouble(http.send(reading('/slow', { deadlineMs: 50 })));
    expect(error).toMatchObject({ code: 'host.unreachable', retry: true });
    expect(error.message).toMatch(/no answer within/);
  });

  it('ends when the caller gives up, with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const { http } = await serve(() => controller.abort(reason));
    await expect(http.send(reading('/slow', { signal: controller.signal }))).rejects.toBe(reason);
  });

  it('ends when the connection is closed', async () => {
    const { http } = await serve(() => http.close());
    expect(await trouble(http.send(reading('/slow')))).toMatchObject({ code: 'host.unreachable' });
    expect(await trouble(http.send(reading('/later')))).toMatchObject({ code: 'host.unreachable' });
  });
});

describe('TLS', () => {
  it('trusts the authority that the endpoint names', async () => {
    const { http } = await serveTls({ ca: fixture('authority.pem') });
    expect((await http.send(reading('/'))).status).toBe(200);
  });

  it('trusts no certificate by itself, and names the fix', async () => {
    const { http } = await serveTls({});
    const error = await trouble(http.send(changing('/start')));
    expect(error).toMatchObject({ code: 'trust.tls', retry: false });
    expect(error.fix).toMatch(/`ca`/);
  });

  it('trusts the very certificate whose fingerprint is pinned', async () => {
    const { http: first } = await serveTls({ fingerprint: FINGERPRINT_OF_ANOTHER });
    const error = await trouble(first.send(reading('/')));
    expect(error.code).toBe('trust.tls');
    const [, shown = ''] = /`fingerprint` is (\S+)/.exec(error.fix ?? '') ?? [];
    const { http } = await serveTls({ fingerprint: shown });
    expect((await http.send(reading('/'))).status).toBe(200);
  });

  it('sends nothing to a server with another certificate', async () => {
    let requests = 0;
    const { http } = await serveTls({ fingerprint: FINGERPRINT_OF_ANOTHER }, () => requests++);
    await trouble(http.send(reading('/')));
    expect(requests).toBe(0);
  });
});

describe('the wire log', () => {
  it('tells what was sent and what came back', async () => {
    const { http, wire } = await serve((_request, response) => response.writeHead(404, 'Not Found').end('gone'));
    await http.send({ ...changing('/vms?type=vm'), note: 'memory=512' });
    expect(wire).toMatchObject([
      {
        endpoint: 'test',
        channel: 'control',
        text: 'POST /api/vms?type=vm memory=512 → 404',
        bytes: 4,
        failed: '404 Not Found',
      },
    ]);
  });

  it('tells of a request that was never answered', async () => {
    const { http, wire } = talkTo('http://127.0.0.1:1');
    await trouble(http.send(reading('/vms')));
    expect(wire).toHaveLength(1);
    expect(wire[0]?.failed).toMatch(/127\.0\.0\.1:1/);
  });

  it('holds no secret of a path', async () => {
    const { http, wire } = await serve((request) => void request.socket.destroy());
    const error = await trouble(http.send(reading('/socket?port=5900&vncticket=PVEVNC%3Asecret')));
    expect(JSON.stringify([wire, error.message])).not.toContain('secret');
    expect(wire[0]?.text).toContain('port=5900&vncticket=********');
  });
});
