import { connect, type NetConnectOpts, type Socket } from 'node:net';
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
  const socket = await openSocket({ host, port, ...(family && { family }) }, hostPort(host, port), patience);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 15_000);
  return socket;
}

/** `db1:22`, `[fe80::1]:22`. */
export const hostPort = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Whether bytes to this host never leave the machine. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
