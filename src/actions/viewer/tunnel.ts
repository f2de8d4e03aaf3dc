/** A port of this machine that leads to a display, for as long as a program shows it. */
import { readFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import type { ViewerLink } from '../../platforms/contract.ts';

export interface Tunnel {
  readonly host: string;
  readonly port: number;
  /** Resolves once a program has been there, and none is any more. */
  readonly left: Promise<void>;
  close(): void;
}

const HERE = '127.0.0.1';

/** Programs of other users of this machine are not let in. Ends with `close`, or when the signal aborts. */
export async function openTunnel(link: Pick<ViewerLink, 'connect'>, signal: AbortSignal): Promise<Tunnel> {
  const open = new Set<Socket>();
  const left = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      open.delete(socket);
      if (open.size === 0) left.resolve();
    });
    carry(socket, link, signal).catch(() => socket.destroy());
  });
  const close = () => {
    server.close();
    for (const socket of open) socket.destroy();
    left.resolve();
  };
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, HERE, resolve);
  });
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { host: HERE, port, left: left.promise, close };
}

async function carry(socket: Socket, link: Pick<ViewerLink, 'connect'>, signal: AbortSignal): Promise<void> {
  if ((await isOfOtherUser(socket)) || signal.aborted) return void socket.destroy();
  const display = await link.connect(signal);
  if (socket.destroyed) return void display.destroy();
  display.on('error', () => socket.destroy()).once('close', () => socket.destroy());
  socket.once('close', () => display.destroy());
  socket.pipe(display);
  display.pipe(socket);
}

/** Linux says whose socket is at the other end of a connection of this machine; elsewhere it is not known. */
async function isOfOtherUser({ remotePort, localPort }: Socket): Promise<boolean> {
  const table = await readFile('/proc/net/tcp', 'utf8').catch(() => undefined);
  const own = process.getuid?.();
  if (table === undefined || own === undefined) return false;
  const user = ownerOf(table, remotePort ?? 0, localPort ?? 0);
  return user !== undefined && user !== own && user !== 0;
}

/** Lines of /proc/net/tcp, proc_net_tcp(5): number, addresses with ports in hexadecimal, state, …, uid as the eighth. */
function ownerOf(table: string, localPort: number, remotePort: number): number | undefined {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
  const [local, remote] = [`0100007F:${hex(localPort)}`, `0100007F:${hex(remotePort)}`];
  for (const line of table.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words[1] === local && words[2] === remote) return Number(words[7]);
  }
  return undefined;
}
