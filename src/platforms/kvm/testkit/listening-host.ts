import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlayedDaemon } from './played-daemon.ts';

/** A played daemon that listens on this machine. */
export interface ListeningHost {
  readonly socket: string;
  readonly port: number;
  /** Connections that are open now. */
  open(): number;
  close(): Promise<void>;
}

export async function listen(daemon: Pick<PlayedDaemon, 'serve'>): Promise<ListeningHost> {
  const dir = await mkdtemp(join(tmpdir(), 'drover-played-'));
  const sockets = new Set<Socket>();
  const greet = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    daemon.serve(socket);
  };
  const servers = [createServer(greet), createServer(greet)] as const;
  const socket = join(dir, 'sock');
  await Promise.all([
    new Promise<void>((resolve) => servers[0].listen(socket, resolve)),
    new Promise<void>((resolve) => servers[1].listen(0, '127.0.0.1', resolve)),
  ]);
  const address = servers[1].address();
  return {
    socket,
    port: typeof address === 'object' && address ? address.port : 0,
    open: () => sockets.size,
    async close() {
      for (const one of sockets) one.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      await rm(dir, { recursive: true, force: true });
    },
  };
}
