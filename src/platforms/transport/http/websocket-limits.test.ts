import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createTestClock, type TestClock } from '../../../../test/clock.ts';
import type { FleetError } from '../../../errors.ts';
import { endpointName } from '../../../ids.ts';
import { createHttp } from './http.ts';
import { openWebSocket, type WebSocketOptions } from './websocket.ts';

/** A loaded machine is slow. */
const PATIENT = { timeout: 15_000 };
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** A server that does this with a request for a websocket, and a client that asks for one. */
async function serve(upgrade: Upgrade, clock: TestClock = createTestClock()) {
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    closers.push(() => socket.destroy());
    upgrade(request, socket, head);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const target = { host: '127.0.0.1', port, secure: false, base: '/base' };
  const http = createHttp({ target, endpoint: endpointName('test'), clock, channel: 'console', wire: () => {} });
  closers.push(() => {
    http.close();
    server.close();
  });
  const { signal } = new AbortController();
  const usual = { path: '/console?ticket=hidden', headers: { cookie: 'a=b' }, protocol: 'binary', signal };
  const open = (more: Partial<WebSocketOptions> = {}) => openWebSocket(http, { ...usual, ...more });
  return { open, name: `127.0.0.1:${port}` };
}

const speaking =
  (talk: (socket: WebSocket) => void, options = {}): Upgrade =>
  (request, socket, head) =>
    new WebSocketServer({ noServer: true, ...options }).handleUpgrade(request, socket, head, talk);
const saying =
  (...lines: readonly string[]): Upgrade =>
  (_request, socket) =>
    void socket.end([...lines, '', ''].join('\r\n'));

async function bytesOf(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
const trouble = (work: Promise<unknown>): Promise<FleetError> =>
  work.then(
    () => Promise.reject(new Error('it went well')),
    (error: FleetError) => error,
  );

describe('asking for a websocket', () => {
  it('shows the path, the login and the protocol', async () => {
    let asked: IncomingMessage | undefined;
    const { open } = await serve((request, socket, head) => {
      asked = request;
      speaking((opened) => opened.close())(request, socket, head);
    });
    await bytesOf(await open());
    expect(asked?.url).toBe('/base/console?ticket=hidden');
    expect(asked?.headers).toMatchObject({ cookie: 'a=b', 'user-agent': 'drover', 'sec-websocket-protocol': 'binary' });
    expect(asked?.headers['sec-websocket-extensions']).toBeUndefined();
  });

  it('is refused in the words of the server', async () => {
    const { open } = await serve(saying('HTTP/1.1 403 No Console', 'content-length: 9', '', '{"a":"b"}'));
    expect(await trouble(open())).toMatchObject({
      name: 'StatusError',
      status: 403,
      reason: 'No Console',
      body: { a: 'b' },
      request: 'GET /console?ticket=********',
      mutates: false,
    });
  });

  it.each([
    ['elsewhere', ['HTTP/1.1 302 Found', 'location: /login', 'content-length: 0'], 'was redirected to /login'],
    ['a broken answer', ['HTTP/1.1 403 No', 'content-length: 100'], 'the answer broke off half-way'],
    [
      'no websocket',
      ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: upgrade', 'Sec-WebSocket-Accept: x'],
      'it answered, but opened no websocket: Invalid Sec-WebSocket-Accept header',
    ],
  ])('may lead to %s', async (_what, lines, words) => {
    const { open, name } = await serve(saying(...lines));
    const error = await trouble(open());
    expect(error.message).toContain(words);
    if (!words.includes('redirected')) expect(error.message.startsWith(`${name}: `)).toBe(true);
    if (words.includes('opened no')) expect(error.fix).toBe('see that a proxy in between passes websockets on');
  });

  it('ends when a user gives up, and the server sees that', async () => {
    const controller = new AbortController();
    const left = Promise.withResolvers<void>();
    const { open } = await serve((_request, socket) => {
      socket.resume().once('end', () => left.resolve());
      controller.abort(new Error('enough'));
    });
    await expect(open({ signal: controller.signal })).rejects.toThrow('enough');
    await left.promise;
  });

  it('has as long as it says', async () => {
    const clock = createTestClock();
    const asked = Promise.withResolvers<void>();
    const { open } = await serve(() => asked.resolve(), clock);
    const failed = trouble(open({ deadlineMs: 5_000 }));
    await asked.promise;
    await clock.pass(5_000);
    expect((await failed).message).toContain('no answer within 5 s');
  });
});

describe('an open websocket', () => {
  it.each([
    [1001, 'the server is shutting down', true],
    [1002, 'the server did not understand the websocket', true],
    [1003, 'the server takes no such data', true],
    [1007, 'the server takes no such data', true],
    [1008, 'the server does not allow it', false],
    [1009, 'the server takes no message of that size', true],
    [1010, 'the server wants an extension of websockets', true],
    [1011, 'something failed inside the server', true],
    [1012, 'the server is restarting', true],
    [1013, 'the server is too busy', true],
    [1014, 'a proxy in between got no valid answer', true],
    [4999, 'the server closed it with the code 4999', true],
  ])('that is closed with %i says: %s', async (code, words, retry) => {
    const { open, name } = await serve(speaking((socket) => socket.close(code, 'be\ncause')));
    const error = await trouble(bytesOf(await open()));
    expect(error).toMatchObject({ code: 'host.unreachable', message: `${name}: ${words} (be cause)`, retry });
  });

  it.each<[string, (socket: WebSocket) => void]>([
    ['1000', (socket) => socket.close(1000)],
    ['no code', (socket) => socket.close()],
    ['nothing', (socket) => socket.terminate()],
  ])('that is closed with %s ends', async (_what, close) => {
    const { open } = await serve(speaking(close));
    expect(await bytesOf(await open())).toHaveLength(0);
  });

  it('takes messages of a megabyte, and says what it does not take', async () => {
    const sending = (length: number) =>
      serve(speaking((socket) => socket.send(Buffer.alloc(length), () => socket.close(1000))));
    const { open } = await sending(1024 ** 2);
    expect(await bytesOf(await open())).toHaveLength(1024 ** 2);
    const larger = await sending(1024 ** 2 + 1);
    expect(await trouble(bytesOf(await larger.open()))).toMatchObject({
      code: 'host.protocol',
      message: `${larger.name}: what it sent is no websocket: Max payload size exceeded`,
    });
  });

  it('sends pieces that servers take, each of them when it is written', async () => {
    const got: number[] = [];
    const closed = Promise.withResolvers<number>();
    const { open } = await serve(
      speaking((socket) => {
        socket.on('message', (data: Buffer) => got.push(data.length));
        socket.once('close', closed.resolve);
      }),
    );
    const stream = (await open()).resume();
    for (const length of [32_768, 32_769, 1])
      await new Promise((resolve) => stream.write(Buffer.alloc(length), resolve));
    stream.destroy();
    expect(await closed.promise).toBe(1000);
    expect(got).toEqual([32_768, 32_768, 1, 1]);
  });
});

describe('a ping', () => {
  async function pinged(answer: (nth: number, socket: WebSocket) => void) {
    const clock = createTestClock();
    let pings = 0;
    const { open, name } = await serve(
      speaking((socket) => socket.on('ping', () => answer(++pings, socket)), { autoPong: false }),
      clock,
    );
    const stream = (await open()).resume();
    const failed = new Promise<unknown>((resolve) => stream.once('error', resolve));
    let heard = 0;
    stream.on('data', () => heard++);
    return { clock, stream, name, failed, pings: () => pings, heard: () => heard };
  }

  it('is sent every thirty seconds', async () => {
    const { clock, pings } = await pinged(() => {});
    await clock.pass(29_999);
    expect(pings()).toBe(0);
    await clock.pass(1);
    await expect.poll(pings, PATIENT).toBe(1);
    await clock.pass(30_000);
    await expect.poll(pings, PATIENT).toBe(2);
  });

  it('that no server has ever answered means nothing', async () => {
    const { clock, stream, pings } = await pinged(() => {});
    for (let nth = 1; nth <= 4; nth++) {
      await clock.pass(30_000);
      await expect.poll(pings, PATIENT).toBe(nth);
    }
    expect(stream.destroyed).toBe(false);
  });

  it('may be answered by anything that comes', async () => {
    const { clock, stream, pings, heard } = await pinged((nth, socket) => {
      if (nth === 1) socket.pong();
      socket.send('x');
    });
    for (let nth = 1; nth <= 4; nth++) {
      await clock.pass(30_000);
      await expect.poll(pings, PATIENT).toBe(nth);
      await expect.poll(heard, PATIENT).toBe(nth);
    }
    expect(stream.destroyed).toBe(false);
  });

  it('that a server answers no more is the end', async () => {
    const { clock, failed, name, pings } = await pinged((nth, socket) => {
      if (nth === 1) socket.pong('', false, () => socket.send('x'));
    });
    for (let nth = 1; nth <= 2; nth++) {
      await clock.pass(30_000);
      await expect.poll(pings, PATIENT).toBe(nth);
    }
    await clock.pass(30_000);
    expect(await failed).toMatchObject({
      code: 'host.unreachable',
      message: `${name}: no answer to a ping any more`,
      retry: true,
    });
  });
});
