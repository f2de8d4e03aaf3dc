/** nova-serialproxy, pretended: a websocket with a login prompt behind it. */
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { frameOf, readClientFrames } from './websocket-frames.ts';

export interface SerialProxy {
  /** A token for one console; the real ones are good for ten minutes. */
  offer(name: string): string;
  /** Undefined when it took over the connection, else why not. */
  attach(request: IncomingMessage, socket: Duplex): string | undefined;
  closeAll(): void;
}

export function createSerialProxy(): SerialProxy {
  const offers = new Map<string, string>();
  const sockets = new Set<Duplex>();
  return {
    offer(name) {
      const token = randomUUID();
      offers.set(token, name);
      return token;
    },
    attach(request, socket) {
      const url = new URL(request.url ?? '/', 'http://proxy');
      const name = offers.get(url.searchParams.get('token') ?? '');
      if (name === undefined) return 'The token is invalid or has expired';
      const { origin, host } = request.headers;
      // verify_origin_proto, and the comparison with the Host header.
      if (origin !== undefined && URL.parse(String(origin))?.host !== host)
        return 'Origin header does not match this host.';
      if (request.headers['sec-websocket-protocol'] !== 'binary') return 'no subprotocol';
      const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash('sha1').update(key).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: binary\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      serve(socket, name);
      return undefined;
    },
    closeAll() {
      for (const socket of sockets) socket.destroy();
    },
  };

  function serve(socket: Duplex, name: string): void {
    const read = readClientFrames();
    const prompt = `${name} login: `;
    const write = (text: string) => void (socket.writable && socket.write(frameOf(2, Buffer.from(text))));
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes: Buffer) => {
      for (const { opcode, payload } of read(bytes)) {
        if (opcode === 8) socket.end(frameOf(8, payload));
        else write(payload.toString('utf8').replaceAll('\r', `\r\n${prompt}`));
      }
    });
    write(prompt);
  }
}
