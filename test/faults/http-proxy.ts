/** Stands before the HTTP server of a test and breaks what it is told to break. Plain HTTP in front, either behind. */
import { request as askHttp, createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { request as askHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { HttpRefusal, SeenRequest } from '../../src/platforms/testkit.ts';

export interface Reply {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Mischief =
  /** The server never sees the request. */
  | { readonly kind: 'answer'; readonly answer: HttpRefusal }
  /** Hangs up before the server sees the request. */
  | { readonly kind: 'cut before' }
  /** The server does what it is asked; nobody hears of it. */
  | { readonly kind: 'cut after' }
  /** Announces the whole body, sends half of it, and hangs up. */
  | { readonly kind: 'half' }
  /** Takes the request and never answers; the server does not see it. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'change'; readonly change: (reply: Reply) => Reply };

export interface Fault {
  when(request: SeenRequest): boolean;
  /** How many such requests it strikes; all of them without. */
  readonly times?: number;
  readonly does: Mischief;
}

export interface FaultProxy {
  readonly origin: string;
  /** All requests so far, with the time of each (ms, only growing). */
  readonly seen: readonly (SeenRequest & { readonly at: number })[];
  /** The first fault that fits a request strikes it. */
  order(fault: Fault): void;
  close(): Promise<void>;
}

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const seen: (SeenRequest & { at: number })[] = [];
  const faults: { readonly fault: Fault; left: number }[] = [];
  const sockets = new Set<Socket>();

  const strike = (request: SeenRequest): Mischief | undefined => {
    const found = faults.find(({ fault, left }) => left > 0 && fault.when(request));
    if (found) found.left--;
    return found?.fault.does;
  };

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const { method = 'GET', url = '/' } = incoming;
      const request = { method, path: url, body: body.toString('utf8') };
      seen.push({ ...request, at: performance.now() });
      const mischief = strike(request);
      if (mischief?.kind === 'cut before') return void incoming.socket.destroy();
      if (mischief?.kind === 'silence') return;
      if (mischief?.kind === 'answer') return refuse(response, mischief.answer);
      forward(target, method, url, incoming.headers, body).then(
        (reply) => {
          if (mischief?.kind === 'cut after') incoming.socket.destroy();
          else if (mischief?.kind === 'half') sendHalf(response, reply);
          else send(response, mischief?.kind === 'change' ? mischief.change(reply) : reply);
        },
        () => incoming.socket.destroy(),
      );
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    seen,
    order: (fault) => void faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function forward(
  target: string,
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Promise<Reply> {
  const url = new URL(path, target);
  // The other side is a server of this test, with a certificate that it has made for itself.
  const ask = url.protocol === 'https:' ? askHttps : askHttp;
  // Compressed answers can't be changed by those who read text.
  const plain = { ...headers, host: url.host, connection: 'close', 'accept-encoding': 'identity' };
  return new Promise((resolve, reject) => {
    const outgoing = ask(url, { method, headers: plain, rejectUnauthorized: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          reason: incoming.statusMessage ?? '',
          headers: incoming.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function refuse(response: ServerResponse, { status, reason = '', headers = {}, body = '' }: HttpRefusal): void {
  response.writeHead(status, reason, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

const headersOf = ({ headers, body }: Reply): IncomingHttpHeaders => {
  const { 'transfer-encoding': _chunked, connection: _connection, ...rest } = headers;
  return { ...rest, 'content-length': String(body.length) };
};

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, reply.reason, headersOf(reply)).end(reply.body);
}

function sendHalf(response: ServerResponse, reply: Reply): void {
  // Of an answer without a body the head is all that can be cut.
  if (reply.body.length === 0) return void response.socket?.end(`HTTP/1.1 ${reply.status}`);
  response.writeHead(reply.status, reply.reason, headersOf(reply));
  const half = reply.body.subarray(0, Math.ceil(reply.body.length / 2));
  response.write(half, () => response.socket?.destroy());
}
