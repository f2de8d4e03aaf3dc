import { connect, type NetConnectOpts, type OnReadOpts, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connectError, noAnswer } from './connect-error.ts';
import { type Patience, within } from './deadline.ts';

const CONNECT_MS = 10_000;

/** A connected socket, or a FleetError that names `target`. */
function openSocket(options: NetConnectOpts, target: string, patience: Patience): Promise<Socket> {
  return within(
    CONNECT_MS,
    patience,
    () => noAnswer(target, CONNECT_MS / 1000),
    async ({ signal }) => {
      const socket = connect(options);
      try {
        await settled(socket, 'connect', signal);
      } catch (error) {
        socket.destroy();
        throw signal.aborted ? signal.reason : connectError(error, target);
      }
      return socket;
    },
  );
}

/** Waits for `event`; rejects with the socket's error, or the signal's reason. */
export function settled(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const done = () => {
      signal.removeEventListener('abort', abort);
      socket.off('error', reject);
      resolve();
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once(event, done);
    socket.once('error', reject);
  });
}

/** A unix socket of this machine. */
export const openUnix = (path: string, patience: Patience): Promise<Socket> => openSocket({ path }, path, patience);

/** TCP without any protection: for loopback, for what is encrypted by itself, and where the user insists. */
export async function openTcp(host: string, port: number, patience: Patience, family?: 4 | 6): Promise<Socket> {
  const target = { host, port, ...(family && { family }) };
  return alive(await openSocket(target, hostPort(host, port), patience));
}

/** The same, read by large pieces, which are copies until readInPlace(). By pipe() and as an iterable it can't be read. */
export async function openTcpInPieces(host: string, port: number, patience: Patience, family?: 4 | 6): Promise<Socket> {
  const target = { host, port, ...(family && { family }), onread: inPieces() };
  return alive(await openSocket(target, hostPort(host, port), patience));
}

export const openUnixInPieces = (path: string, patience: Patience): Promise<Socket> =>
  openSocket({ path, onread: inPieces() }, path, patience);

const inPlace = new WeakSet<Duplex>();

/**
 * For a socket whose listeners for `data` are done with each chunk, or have copied it, when they return: all such sockets are read into the
 * same memory, and nothing is allocated. Does nothing for one that is not read by pieces.
 */
export function readInPlace<T extends Duplex>(socket: T): T {
  inPlace.add(socket);
  return socket;
}

function alive(socket: Socket): Socket {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 15_000);
  return socket;
}

const PIECE = 256 * 1024;
let shared: Buffer | undefined;

/** Allocated once, where it is needed at all. */
function inPieces(): OnReadOpts {
  shared ??= Buffer.allocUnsafeSlow(PIECE);
  return {
    buffer: shared,
    callback(this: Socket, length, { buffer, byteOffset }) {
      const chunk = Buffer.from(buffer, byteOffset, length);
      const isHeard = this.emit('data', inPlace.has(this) ? chunk : Buffer.from(chunk));
      // A listener that comes later gets it then.
      if (!isHeard) this.push(Buffer.from(chunk));
      return true;
    },
  };
}

/** `db1:22`, `[fe80::1]:22`. */
export const hostPort = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Whether bytes to this host never leave the machine. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
