/** nova-serialproxy, pretended: a websocket with a login prompt behind it. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

export interface SerialProxy {
  /** A token for one console; the real ones are good for ten minutes. */
  offer(name: string): string;
  /** Undefined when it took over the connection, else why not. */
  attach(request: IncomingMessage, socket: Duplex, head: Buffer): string | undefined;
  closeAll(): void;
}

export function createSerialProxy(): SerialProxy {
  const offers = new Map<string, string>();
  const server = new WebSocketServer({ noServer: true });
  return {
    offer(name) {
      const token = randomUUID();
      offers.set(token, name);
      return token;
    },
    attach(request, socket, head) {
      const url = new URL(request.url ?? '/', 'http://proxy');
      const name = offers.get(url.searchParams.get('token') ?? '');
      if (name === undefined) return 'The token is invalid or has expired';
      const { origin, host } = request.headers;
      // verify_origin_proto, and the comparison with the Host header.
      if (origin !== undefined && URL.parse(String(origin))?.host !== host)
        return 'Origin header does not match this host.';
      if (request.headers['sec-websocket-protocol'] !== 'binary') return 'no subprotocol';
      server.handleUpgrade(request, socket, head, (opened) => serve(opened, name));
      return undefined;
    },
    closeAll() {
      for (const socket of server.clients) socket.terminate();
    },
  };

  function serve(socket: WebSocket, name: string): void {
    const prompt = `${name} login: `;
    const write = (text: string) => socket.send(Buffer.from(text));
    socket.on('message', (bytes) => write(String(bytes).replaceAll('\r', `\r\n${prompt}`)));
    write(prompt);
  }
}
