/** One request on one connection, from node's events to one answer. */
import { type Agent, type IncomingHttpHeaders, type IncomingMessage, request as startRequest } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { handOn, type TakePiece } from './body-into.ts';
import { type BodyStream, sendPieces } from './body-stream.ts';
import { plainLine } from './wire.ts';

export interface HttpResponse {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** How far it came: decides what a broken connection means. Changed in place. */
export interface Exchange {
  sent: boolean;
  /** The connection had carried another request before. */
  reused: boolean;
  answered: boolean;
}

export interface ExchangeOptions {
  readonly agent: Agent;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | BodyStream | undefined;
  readonly limit: number;
  /** The body is not unpacked. */
  readonly asKept: boolean;
  /** Of an answer that is a success. */
  readonly into: TakePiece | undefined;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** Rejects with node's error, the link's FleetError, or the signal's reason. */
export function exchange(options: ExchangeOptions, state: Exchange): Promise<HttpResponse> {
  const { agent, host, port, path, method, body, asKept, signal, clock } = options;
  return new Promise((resolve, reject) => {
    const headers = {
      'accept-encoding': asKept ? 'identity' : 'gzip',
      'user-agent': 'drover',
      ...options.headers,
      ...(body === undefined ? {} : { 'content-length': String(lengthOf(body)) }),
    };
    const request = startRequest({ agent, host, port, path, method, headers });
    const stop = () => void request.destroy(signal.reason instanceof Error ? signal.reason : undefined);
    const settle = (then: () => void) => {
      signal.removeEventListener('abort', stop);
      then();
    };
    signal.addEventListener('abort', stop, { once: true });
    request.once('socket', () => {
      // of a body in pieces the last one is: without it there is nothing that the server could do
      state.sent = typeof body !== 'object';
      state.reused = request.reusedSocket;
    });
    let interim = 0;
    request.on('information', () => {
      if (++interim > MOST_INTERIM) request.destroy(new FleetError('host.protocol', 'its interim answers never end'));
    });
    request.once('error', (error) => settle(() => reject(signal.aborted ? signal.reason : error)));
    request.once('upgrade', (_response, socket) => {
      socket.destroy();
      settle(() => reject(new FleetError('host.protocol', 'it changed the protocol without being asked')));
    });
    request.once('response', (response) => {
      state.answered = true;
      readAnswer(response, options).then(
        (read) =>
          settle(() =>
            resolve({
              status: response.statusCode ?? 0,
              reason: response.statusMessage ?? '',
              headers: response.headers,
              body: read,
            }),
          ),
        (error: unknown) => {
          request.destroy();
          settle(() => reject(signal.aborted ? signal.reason : error));
        },
      );
    });
    if (typeof body !== 'object') {
      request.end(body);
      return;
    }
    sendPieces(request, body, { clock, signal }).then(
      (isWhole) => {
        if (!isWhole) return;
        state.sent = true;
        request.end();
      },
      (error: unknown) => void request.destroy(error instanceof Error ? error : undefined),
    );
  });
}

async function readAnswer(response: IncomingMessage, options: ExchangeOptions): Promise<Buffer> {
  const { limit, asKept, into, clock, signal } = options;
  const status = response.statusCode ?? 0;
  if (!into || status < 200 || status > 299) return asKept ? bytesOf(response, limit) : readBody(response, limit);
  await handOn(response, into, { clock, signal });
  return Buffer.alloc(0);
}

const lengthOf = (body: string | BodyStream): number =>
  typeof body === 'string' ? Buffer.byteLength(body) : body.length;

/** 100 Continue, 103 Early Hints: one or two of them come before an answer. */
const MOST_INTERIM = 16;

const unzip = promisify(gunzip);

/**
 * Chunks of one byte are cheap to send and dear to read: one read of the socket brings thousands. What comes in more than
 * `MOST_SMALL_CHUNKS` that are smaller than `SMALL_CHUNK` bytes on average is not read on.
 */
const MOST_SMALL_CHUNKS = 4_096;
const SMALL_CHUNK = 64;

const tooLarge = (limit: number) => new FleetError('host.protocol', `the answer is larger than ${limit} bytes`);

/** By events and not by `for await`, which joins small chunks before they can be counted. */
function bytesOf(response: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > limit) response.destroy(tooLarge(limit));
      if (chunks.length > MOST_SMALL_CHUNKS && length < chunks.length * SMALL_CHUNK) {
        response.destroy(new FleetError('host.protocol', 'the answer comes in too many small pieces'));
      }
    });
    response.once('end', () => resolve(Buffer.concat(chunks)));
    response.once('error', reject);
  });
}

/** Rejects with host.protocol when it is larger than `limit`, packed or not, in too many pieces, or packed badly. */
export async function readBody(response: IncomingMessage, limit: number): Promise<Buffer> {
  const body = await bytesOf(response, limit);
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip') {
    throw new FleetError(
      'host.protocol',
      `the answer is packed as ${plainLine(encoding, 40)}, which was not asked for`,
    );
  }
  try {
    return await unzip(body, { maxOutputLength: limit });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(limit);
    throw new FleetError('host.protocol', 'the answer says it is gzip, and is not', { cause: error });
  }
}
