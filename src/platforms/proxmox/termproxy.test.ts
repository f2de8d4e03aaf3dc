/** A terminal, as termproxy speaks it: what is sent, what is shown, and when it is given up. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { endpointName } from '../../ids.ts';
import { createHttp, type Http } from '../transport/http/http.ts';
import { openTermproxy } from './termproxy.ts';

const TICKET = { port: 5900, ticket: 'PVEVNC:a+b', user: 'root@pam' };

let server: WebSocketServer;
let http: Http;
let clock: TestClock;
let ending: AbortController;
/** What came to the server, and where it was asked. */
let heard: string;
let asked: string | undefined;
let connected: Promise<WebSocket>;

beforeEach(async () => {
  clock = createTestClock();
  ending = new AbortController();
  heard = '';
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { promise, resolve } = Promise.withResolvers<WebSocket>();
  connected = promise;
  server.on('connection', (socket, request) => {
    asked = request.url;
    socket.on('message', (data: Buffer) => (heard += data.toString('utf8')));
    resolve(socket);
  });
  const target = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, secure: false, base: '' };
  http = createHttp({ target, endpoint: endpointName('pve'), clock, wire: () => {}, channel: 'control' });
});
afterEach(async () => {
  http.close();
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

const open = (ticket: unknown = TICKET) =>
  openTermproxy(ticket, {
    http,
    clock,
    path: '/nodes/pve1/qemu/100',
    subject: 'web1',
    headers: {},
    signal: ending.signal,
  });
/** A terminal whose server has said this. */
async function opened(said = 'OK', ticket: unknown = TICKET) {
  const opening = open(ticket);
  const socket = await connected;
  for (const part of said.split('|')) socket.send(Buffer.from(part));
  const attachment = await opening;
  return { socket, attachment, stream: attachment.stream };
}
const until = async (seen: () => boolean) => {
  while (!seen()) await new Promise((resolve) => setImmediate(resolve));
};

describe('a terminal', () => {
  it('begins with its ticket, where the server has opened a door for it', async () => {
    const { attachment, stream } = await opened();
    expect(attachment.kind).toBe('stream');
    expect(asked).toBe('/nodes/pve1/qemu/100/vncwebsocket?port=5900&vncticket=PVEVNC%3Aa%2Bb');
    await until(() => heard.endsWith('\n'));
    expect(heard).toBe('root@pam:PVEVNC:a+b\n');
    stream.destroy();
  });

  it.each([['OK'], ['O|K'], ['OKlog|in: ']])('shows what comes behind the OK: %j', async (said) => {
    const { socket, stream } = await opened(said);
    stream.setEncoding('utf8');
    let shown = '';
    stream.on('data', (text: string) => (shown += text));
    socket.send(Buffer.from('!'));
    await until(() => shown.endsWith('!'));
    expect(shown).toBe(`${said.replaceAll('|', '').slice(2)}!`);
    stream.destroy();
  });

  it('sends what is typed with its length in bytes, its size, and a sign of life each half minute', async () => {
    const { attachment, stream } = await opened();
    await until(() => heard.endsWith('\n'));
    heard = '';
    stream.write('ä\r');
    attachment.resize?.({ columns: 132, rows: 43 });
    await until(() => heard.length >= 14);
    expect(heard).toBe('0:3:ä\r1:132:43:');
    heard = '';
    await clock.pass(29_999);
    stream.write('x');
    await until(() => heard !== '');
    expect(heard).toBe('0:1:x');
    heard = '';
    await clock.pass(1);
    await until(() => heard !== '');
    await clock.pass(30_000);
    await until(() => heard.length > 1);
    expect(heard).toBe('22');
    stream.destroy();
    attachment.resize?.({ columns: 1, rows: 1 });
    await clock.pass(60_000);
  });

  it('ends when the server says goodbye, and tells the server when it is closed here', async () => {
    const { socket, stream } = await opened();
    stream.resume();
    const ended = once(stream, 'end');
    socket.close(1000);
    await ended;
    await until(() => stream.destroyed);
  });

  it.each([
    ['is closed', (stream: NodeJS.WritableStream & { destroy(): unknown }) => void stream.destroy()],
    ['is typed to its end', (stream: NodeJS.WritableStream) => void stream.end()],
  ])('hangs up when it %s', async (_how, close) => {
    const { socket, stream } = await opened();
    const closed = once(socket, 'close');
    close(stream);
    expect((await closed)[0]).toBe(1000);
  });

  it('fails as its link does', async () => {
    const { socket, stream } = await opened();
    const failed = once(stream, 'error');
    socket.close(1011, 'broken');
    expect((await failed)[0]).toMatchObject({ code: 'host.unreachable' });
  });
});

describe('a terminal that is not given', () => {
  it.each([[{ ...TICKET, port: 'x' }], [{ ...TICKET, ticket: '' }], [{ ...TICKET, user: undefined }], [{}]])(
    'was offered without what it needs: %j',
    async (ticket) => {
      await expect(open(ticket)).rejects.toMatchObject({
        code: 'host.protocol',
        message: 'web1: the server offers a terminal without port, ticket or user',
      });
    },
  );

  it.each([
    ['root@pam', 'look into the log of the task on its node'],
    [
      'root@pam!t',
      'older versions of Proxmox VE (before 9.2) let API tokens have no terminals: log in with a password',
    ],
  ])('was refused its ticket: %s', async (user, fix) => {
    const refused = { code: 'op.unsupported', message: 'web1: the server refused the ticket of its terminal', fix };
    await expect(opened('NO', { ...TICKET, user })).rejects.toMatchObject(refused);
    for (const socket of server.clients) await once(socket, 'close');
  });

  it('was hung up on', async () => {
    const opening = expect(open()).rejects.toMatchObject({ code: 'op.unsupported' });
    (await connected).close(1000);
    await opening;
  });

  it('does not answer within twelve seconds', async () => {
    let ended = false;
    const opening = open().catch((error: unknown) => {
      ended = true;
      return error;
    });
    const socket = await connected;
    await until(() => heard !== '');
    await clock.pass(11_999);
    expect(ended).toBe(false);
    await clock.pass(1);
    expect(await opening).toMatchObject({
      code: 'host.unreachable',
      message: 'web1: its terminal does not answer',
      retry: true,
    });
    if (socket.readyState !== socket.CLOSED) await once(socket, 'close');
  });

  it('is not waited for by who has given up', async () => {
    const opening = expect(open()).rejects.toThrow('enough');
    await connected;
    await until(() => heard !== '');
    ending.abort(new Error('enough'));
    await opening;
  });

  it('is refused by the server itself', async () => {
    server.options.verifyClient = (_info: unknown, answer: (ok: boolean, code: number, why: string) => void) =>
      answer(false, 403, 'Permission check failed (/vms/100, VM.Console)');
    await expect(open()).rejects.toMatchObject({ code: 'auth.forbidden', message: expect.stringMatching(/^web1: /) });
  });
});
