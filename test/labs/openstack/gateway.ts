/** One door to a cloud whose services each have a port of their own: what stands before it can watch, change and cut. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { request as askHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { publicUrl } from './cloud-api.ts';
import type { Site } from './site.ts';

export interface Gateway {
  /** `http://127.0.0.1:PORT`, with `/identity` and `/compute` below it. */
  readonly origin: string;
  cut(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

export async function openGateway(site: Site): Promise<Gateway> {
  const ca = readFileSync(site.files.ca);
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const [, service, rest = ''] = /^\/(identity|compute)(\/.*)$/.exec(request.url ?? '') ?? [];
    if (service !== 'identity' && service !== 'compute') return void response.writeHead(404).end();
    const { origin } = new URL(publicUrl(site, service));
    const { method = 'GET', headers } = request;
    const outgoing = askHttps(
      new URL(rest, origin),
      { method, ca, headers: { ...headers, host: new URL(origin).host } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.headers);
        answer.pipe(response);
      },
    );
    outgoing.on('error', () => response.destroy());
    request.pipe(outgoing);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', () => resolve()));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const hangUp = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return {
    origin: `http://127.0.0.1:${port}`,
    cut: hangUp,
    restore: () => listen(port),
    close: () => (server.listening ? hangUp() : Promise.resolve()),
  };
}
