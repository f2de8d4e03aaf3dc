/**
 * A websocket as a stream of bytes: what consoles of HTTP platforms are. Node's own WebSocket can carry neither cookies nor
 * a private authority, and knows no backpressure.
 */
import { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../../../clock.ts';
import { FleetError, sentence } from '../../../errors.ts';
import type { Http } from './http.ts';
import { redirected } from './redirect.ts';
import { StatusError, saidIn } from './rest-error.ts';
import { plainLine, redactPath } from './wire.ts';

export interface WebSocketOptions {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: string;
  readonly signal: AbortSignal;
  readonly deadlineMs?: number;
}

/** Servers take limited frames, and never in parts (Proxmox: 128 KiB). */
const LARGEST_WRITE = 32 * 1024;
/** Proxies and firewalls forget a silent connection after a minute or more. */
const PING_MS = 30_000;

/**
 * Rejects with a StatusError when the server answers and refuses, or as http.ts does. The stream ends when the server
 * says goodbye or hangs up, and fails with a FleetError for every other end.
 */
export async function openWebSocket(http: Http, options: WebSocketOptions): Promise<Duplex> {
  const { path, headers, protocol, signal, deadlineMs } = options;
  const answer = await http.upgrade({
    method: 'GET',
    path,
    kind: 'reads',
    signal,
    headers,
    protocol,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  });
  if ('status' in answer) {
    const said = `GET ${redactPath(path)}`;
    throw redirected(answer, said, 'reads') ?? new StatusError(said, false, answer, await saidIn(answer.body));
  }
  return bytesOf(answer, http.name, http.clock);
}

function bytesOf(socket: WebSocket, name: string, clock: Clock): Duplex {
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => socket.resume(),
    write(chunk: Buffer, _encoding, done) {
      let at = 0;
      for (; at + LARGEST_WRITE < chunk.length; at += LARGEST_WRITE) {
        socket.send(chunk.subarray(at, at + LARGEST_WRITE), ignore);
      }
      // One that is closed already has said so by its own event.
      socket.send(chunk.subarray(at), () => done());
    },
    final(done) {
      socket.close(1000);
      done();
    },
    destroy(error, done) {
      stopPing();
      socket.close(1000);
      done(error);
    },
  });
  let stopPing = keepAlive(socket, clock, () =>
    stream.destroy(new FleetError('host.unreachable', `${name}: no answer to a ping any more`, { retry: true })),
  );
  socket.on('message', (data: RawData) => {
    if (!stream.destroyed && !stream.push(data)) socket.pause();
  });
  socket.on('close', (code, reason) => {
    stopPing();
    stopPing = ignore;
    const error = goodbye(name, code, reason.toString('utf8'));
    if (error) stream.destroy(error);
    else if (!stream.destroyed) stream.push(null);
  });
  socket.on('error', (error) => stream.destroy(broken(name, error)));
  return stream;
}

const ignore = () => {};

/** A ping now and then. A server that has answered one and does not answer the next is gone. */
function keepAlive(socket: WebSocket, clock: Clock, gone: () => void): () => void {
  let answers = false;
  let waiting = false;
  let stop = ignore;
  const heard = () => {
    waiting = false;
  };
  socket.on('message', heard);
  socket.on('pong', () => {
    answers = true;
    waiting = false;
  });
  const ping = () => {
    // One that is paused because its reader is slow hears no pong either.
    if (waiting && answers && !socket.isPaused) return gone();
    waiting = true;
    socket.ping();
    stop = clock.after(PING_MS, ping);
  };
  stop = clock.after(PING_MS, ping);
  return () => stop();
}

/** RFC 6455 §7.4.1 and the registry behind it. 1005: none was given; 1006: the connection ended without any goodbye. */
const NORMAL = new Set([1000, 1005, 1006]);
const CODES: Readonly<Record<number, string>> = {
  1001: 'the server is shutting down',
  1002: 'the server did not understand the websocket',
  1003: 'the server takes no such data',
  1007: 'the server takes no such data',
  1008: 'the server does not allow it',
  1009: 'the server takes no message of that size',
  1010: 'the server wants an extension of websockets',
  1011: 'something failed inside the server',
  1012: 'the server is restarting',
  1013: 'the server is too busy',
  1014: 'a proxy in between got no valid answer',
};

/** Undefined for an end that is none of the server's faults. */
function goodbye(name: string, code: number, reason: string): FleetError | undefined {
  if (NORMAL.has(code)) return undefined;
  const words = CODES[code] ?? `the server closed it with the code ${code}`;
  const said = plainLine(reason);
  return new FleetError('host.unreachable', `${name}: ${words}${said === '' ? '' : ` (${said})`}`, {
    retry: code !== 1008,
  });
}

/** What breaks RFC 6455 carries a code of ws' own, `WS_ERR_…`. */
const broken = (name: string, cause: Error): FleetError =>
  'code' in cause && String(cause.code).startsWith('WS_ERR_')
    ? new FleetError('host.protocol', `${name}: what it sent is no websocket: ${plainLine(sentence(cause))}`, { cause })
    : new FleetError('host.unreachable', `${name}: the link to the console broke`, { retry: true, cause });
