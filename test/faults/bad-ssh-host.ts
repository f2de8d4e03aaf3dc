import { type AddressInfo, createServer, type Socket } from 'node:net';
import ssh2 from 'ssh2';
import { sshKey } from '../ssh-key.ts';

/** A host that an endpoint names, which counts its connections. */
export interface BadHost {
  readonly port: number;
  /** Most connections that were open at once. */
  readonly mostOpen: () => number;
  /** Connections that are open now. */
  readonly openNow: () => number;
  /** Passwords that were tried, in order. */
  readonly passwords: readonly string[];
  close(): Promise<void>;
}

/** Speaks SSH, knows no user, and refuses every login; `mute` never answers a password. */
export async function refusingSshHost({ mute = false } = {}): Promise<BadHost & { readonly hostKey: string }> {
  const key = sshKey();
  const passwords: string[] = [];
  const host = await listening((socket) => ssh.injectSocket(socket));
  const ssh = new ssh2.Server({ hostKeys: [key.private] }, (client) => {
    client.on('error', () => {});
    client.on('authentication', (context) => {
      if (context.method === 'password') passwords.push(context.password);
      if (context.method !== 'password' || !mute) context.reject(['password']);
    });
  });
  return { ...host, passwords, hostKey: key.public.split(' ').slice(0, 2).join(' ') };
}

/** Accepts TCP and says nothing. */
export const silentHost = (): Promise<BadHost> => listening((socket) => void socket.resume());

async function listening(greet: (socket: Socket) => void): Promise<BadHost> {
  const open = new Set<Socket>();
  let mostOpen = 0;
  const server = createServer((socket) => {
    open.add(socket);
    mostOpen = Math.max(mostOpen, open.size);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    mostOpen: () => mostOpen,
    openNow: () => open.size,
    passwords: [],
    close() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
