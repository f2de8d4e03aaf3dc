/** How a request becomes a websocket (RFC 6455, by the package ws), over connections that this program has verified itself. */
import type { IncomingMessage } from 'node:http';
import type { ClientOptions, WebSocket } from 'ws';
import { FleetError, sentence } from '../../../errors.ts';
import { hostPort } from '../socket.ts';
import { type Exchange, type ExchangeOptions, type HttpResponse, readBody } from './exchange.ts';
import { plainLine } from './wire.ts';

export interface HandshakeOptions extends ExchangeOptions {
  readonly protocol: string;
}

/** Of one message. pveproxy sends 128 KiB at most, websockify 64 KiB. */
const LARGEST_MESSAGE = 1024 ** 2;
/** For the server's half of the goodbye; the connection is closed without it then. */
const GOODBYE_MS = 1_000;

/**
 * An open websocket, or the answer of a server that refused. Rejects with node's error, the link's FleetError,
 * host.protocol for an answer that is no websocket's, or the signal's reason.
 */
export async function shakeHands(options: HandshakeOptions, state: Exchange): Promise<WebSocket | HttpResponse> {
  const { agent, host, port, path, headers, protocol, limit, signal } = options;
  const { WebSocket } = await import('ws');
  signal.throwIfAborted();
  // The types of ws don't know closeTimeout yet.
  const settings: ClientOptions & { readonly closeTimeout: number } = {
    agent,
    headers: { 'user-agent': 'drover', ...headers },
    followRedirects: false,
    perMessageDeflate: false,
    // A console's bytes may be cut anywhere, also within a character.
    skipUTF8Validation: true,
    maxPayload: LARGEST_MESSAGE,
    closeTimeout: GOODBYE_MS,
  };
  // The agent's connections are TLS where the target is: the scheme only keeps node from adding TLS of its own.
  const socket = new WebSocket(`ws://${hostPort(host, port)}${path}`, protocol, settings);
  return new Promise((resolve, reject) => {
    const stop = () => socket.terminate();
    const settle = (then: () => void) => {
      signal.removeEventListener('abort', stop);
      then();
    };
    signal.addEventListener('abort', stop, { once: true });
    state.sent = true;
    socket.once('upgrade', () => {
      state.answered = true;
    });
    socket.once('open', () => {
      // What comes right behind the answer must wait for its reader.
      socket.pause();
      settle(() => resolve(socket));
    });
    // Stays for good: one that is closed early tells of it once more.
    socket.on('error', (error) => settle(() => reject(signal.aborted ? signal.reason : refused(error))));
    socket.once('unexpected-response', (request, response: IncomingMessage) => {
      state.answered = true;
      readBody(response, limit)
        .then(
          (body) =>
            resolve({
              status: response.statusCode ?? 0,
              reason: response.statusMessage ?? '',
              headers: response.headers,
              body,
            }),
          (error: unknown) => reject(signal.aborted ? signal.reason : error),
        )
        .finally(() => {
          signal.removeEventListener('abort', stop);
          request.destroy();
          socket.terminate();
        });
    });
  });
}

/** What ws itself has against an answer carries no code, what the link has does. */
function refused(error: Error): Error {
  if (error instanceof FleetError || 'code' in error) return error;
  return new FleetError('host.protocol', `it answered, but opened no websocket: ${plainLine(sentence(error))}`, {
    fix: 'see that a proxy in between passes websockets on',
    cause: error,
  });
}
