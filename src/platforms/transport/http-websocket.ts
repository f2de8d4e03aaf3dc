/**
 * A websocket as a stream of bytes (RFC 6455): what consoles of HTTP platforms are. Node's own WebSocket can carry neither
 * cookies nor a private authority, and knows no backpressure.
 */
import { createHash, randomBytes } from 'node:crypto';
import { Duplex } from 'node:stream';
import { FleetError, sentence } from '../../errors.ts';
import type { Http } from './http.ts';
import { isUpgrade } from './http-exchange.ts';
import { createFrameReader, encodeFrame, OPCODE } from './http-websocket-frames.ts';
import { redactPath } from './http-wire.ts';
import { StatusError } from './rest-error.ts';

export interface WebSocketOptions {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: string;
  readonly signal: AbortSignal;
  readonly deadlineMs?: number;
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Servers take limited frames, and never in parts (Proxmox: 128 KiB). */
const LARGEST_WRITE = 32 * 1024;
/** Status 1000. */
const NORMAL_CLOSURE = Buffer.from([0x03, 0xe8]);

/** Rejects with a StatusError when the server answers, and does not want to. */
export async function openWebSocket(http: Http, options: WebSocketOptions): Promise<Duplex> {
  const key = randomBytes(16).toString('base64');
  const answer = await http.upgrade({
    method: 'GET',
    path: options.path,
    kind: 'reads',
    signal: options.signal,
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': key,
      'sec-websocket-protocol': options.protocol,
      ...options.headers,
    },
  });
  if (!isUpgrade(answer))
    throw new StatusError(`GET ${redactPath(options.path)}`, false, answer, answer.body.toString('utf8'));
  const expected = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  if (answer.headers['sec-websocket-accept'] !== expected) {
    answer.socket.destroy();
    throw new FleetError('host.protocol', `${http.name} answered the wrong websocket key`);
  }
  return bytesOf(answer.socket, answer.head);
}

function bytesOf(socket: Duplex, head: Buffer): Duplex {
  const read = createFrameReader();
  let saidGoodbye = false;
  let ended = false;
  const sayGoodbye = () => {
    if (saidGoodbye || !socket.writable) return;
    saidGoodbye = true;
    socket.write(encodeFrame(OPCODE.close, NORMAL_CLOSURE));
  };
  const end = () => {
    if (!ended) stream.push(null);
    ended = true;
  };
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => void socket.resume(),
    write(chunk: Buffer, _encoding, done) {
      let at = 0;
      for (; at + LARGEST_WRITE < chunk.length; at += LARGEST_WRITE) {
        socket.write(encodeFrame(OPCODE.binary, chunk.subarray(at, at + LARGEST_WRITE)));
      }
      socket.write(encodeFrame(OPCODE.binary, chunk.subarray(at)), done);
    },
    final(done) {
      sayGoodbye();
      socket.end();
      done();
    },
    destroy(error, done) {
      ended = true;
      sayGoodbye();
      socket.end();
      done(error);
    },
  });

  function take(bytes: Buffer): void {
    for (const { opcode, payload } of read(bytes)) {
      if (ended) return;
      if (opcode === OPCODE.ping) socket.write(encodeFrame(OPCODE.pong, payload));
      else if (opcode === OPCODE.close) end();
      else if (opcode !== OPCODE.pong && !stream.push(payload)) socket.pause();
    }
  }
  function receive(bytes: Buffer): void {
    try {
      take(bytes);
    } catch (error) {
      stream.destroy(error instanceof Error ? error : new Error(sentence(error)));
    }
  }
  socket.on('data', receive);
  socket.once('end', end);
  socket.once('close', end);
  socket.once('error', (cause) =>
    stream.destroy(new FleetError('host.unreachable', 'the link to the console broke', { retry: true, cause })),
  );
  if (head.length > 0) receive(head);
  return stream;
}
