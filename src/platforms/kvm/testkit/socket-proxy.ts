import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';

/** A unix socket in front of another one: a link that can be cut and mended. */
export interface SocketProxy {
  readonly path: string;
  /** Hangs up on everybody, and takes no calls until mend(). */
  cut(): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

export async function startSocketProxy(path: string, target: string): Promise<SocketProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  const listen = () =>
    new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, () => resolve()));
  const hangUp = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
    await rm(path, { force: true });
  };
  await listen();
  return {
    path,
    cut: hangUp,
    mend: listen,
    close: () => (server.listening ? hangUp() : Promise.resolve()),
  };
}
