/** nova-serialproxy and nova-novncproxy, pretended: websockets with a login prompt or a picture behind them. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { servePicture } from '../../testkit-display.ts';

export type ConsoleKind = 'serial' | 'novnc';

export interface ConsoleProxy {
  /** A token for one console; the real ones are good for ten minutes. */
  offer(name: string, kind: ConsoleKind): string;
  /** Undefined when it took over the connection, else why not. */
  attach(request: IncomingMessage, socket: Duplex, head: Buffer): string | undefined;
  closeAll(): void;
}

export function createConsoleProxy(): ConsoleProxy {
  const offers = new Map<string, { readonly name: string; readonly kind: ConsoleKind }>();
  const server = new WebSocketServer({ noServer: true });
  return {
    offer(name, kind) {
      const token = randomUUID();
      offers.set(token, { name, kind });
      return token;
    },
    attach(request, socket, head) {
      const url = new URL(request.url ?? '/', 'http://proxy');
      const offer = offers.get(url.searchParams.get('token') ?? '');
      if (!offer) return 'The token is invalid or has expired';
      const { origin, host } = request.headers;
      // verify_origin_proto, and the comparison with the Host header.
      if (origin !== undefined && URL.parse(String(origin))?.host !== host)
        return 'Origin header does not match this host.';
      if (request.headers['sec-websocket-protocol'] !== 'binary') return 'no subprotocol';
      server.handleUpgrade(request, socket, head, (opened) => {
        if (offer.kind === 'serial') prompt(opened, offer.name);
        else void servePicture(createWebSocketStream(opened));
      });
      return undefined;
    },
    closeAll() {
      for (const socket of server.clients) socket.terminate();
    },
  };

  function prompt(socket: WebSocket, name: string): void {
    const line = `${name} login: `;
    const write = (text: string) => socket.send(Buffer.from(text));
    socket.on('message', (bytes) => write(String(bytes).replaceAll('\r', `\r\n${line}`)));
    write(line);
  }
}
