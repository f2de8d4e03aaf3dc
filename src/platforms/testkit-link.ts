import { rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A port of this machine or a unix socket. */
export type Place = { readonly path: string } | { readonly host: string; readonly port: number };

/** A place in front of another one: a link that can be cut and restored. */
export interface Link<At extends Place> {
  /** With the port that it got, where 0 was asked for. */
  readonly at: At;
  /** Hangs up on everybody, and takes no calls until restore(). */
  cut(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** `delayMs`: what every byte takes, in either direction. */
export async function startLink<At extends Place>(near: At, far: Place, delayMs = 0): Promise<Link<At>> {
  const sockets = new Set<Socket>();
  const server = createServer((caller) => {
    const called = connect(far);
    for (const [socket, other] of [
      [caller, called],
      [called, caller],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      if (delayMs === 0) socket.pipe(other);
      else socket.pipe(late(delayMs)).pipe(other);
    }
  });
  const listen = (place: Place) =>
    new Promise<void>((resolve, reject) => server.once('error', reject).listen(place, () => resolve()));
  const hangUp = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
    if ('path' in near) await rm(near.path, { force: true });
  };
  await listen(near);
  const at = 'port' in near ? { ...near, port: (server.address() as AddressInfo).port } : near;
  return {
    at,
    cut: hangUp,
    restore: () => listen(at),
    close: () => (server.listening ? hangUp() : Promise.resolve()),
  };
}

/** All that comes is passed on, in order, after this time. */
const late = (ms: number): Transform =>
  new Transform({
    transform(chunk, _encoding, done) {
      setTimeout(() => this.push(chunk), ms);
      done();
    },
    flush(done) {
      setTimeout(done, ms);
    },
  });
