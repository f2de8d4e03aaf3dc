import { type AddressInfo, connect, type Socket } from 'node:net';
import ssh2, {
  type Algorithms,
  type AuthContext,
  type Connection,
  type ServerChannel,
  type TcpipRequestInfo,
} from 'ssh2';
import { sshKey } from '../ssh-key.ts';

/** A server of ssh2's own, which counts who comes and how. */
export interface Server {
  readonly port: number;
  readonly tried: string[];
  /** `pty TERM 80x24`, `resize 100x30`, `socket /path`. */
  readonly seen: string[];
  connections(): number;
  /** Resolves when no client is connected any more. */
  untilLeft(): Promise<void>;
  /** Hangs up on all who are connected. */
  hangUp(): void;
  close(): Promise<void>;
}

export const HOST_KEY = sshKey();

export interface ServerOptions {
  readonly algorithms?: Algorithms;
  readonly mostSessions?: number;
  readonly hostKeys?: readonly string[];
  /** What it does when it shall open the way to another host. */
  readonly onward?: (accept: () => ServerChannel, to: TcpipRequestInfo, client: Connection, reject: () => void) => void;
}

const connectOnward: Required<ServerOptions>['onward'] = (accept, { destIP, destPort }) => {
  const stream = accept();
  const onward = connect(destPort, destIP);
  stream.pipe(onward).pipe(stream);
  onward.on('error', () => {});
};

/** All that `write` does gets to the client in one piece, as over a link that was busy. */
function inOnePacket(client: Connection, write: () => void): void {
  const { _sock: socket } = client as Connection & { readonly _sock: Socket };
  socket.cork();
  write();
  setImmediate(() => socket.uncork());
}

function endWith(stream: ServerChannel, code: number): void {
  stream.exit(code);
  stream.end();
}

export async function startServer(
  accepts: (context: AuthContext) => boolean,
  { mostSessions = 10, onward = connectOnward, algorithms = {}, hostKeys = [HOST_KEY.private] }: ServerOptions = {},
  /** Whether it never answers this attempt. */
  ignores: (context: AuthContext) => boolean = () => false,
): Promise<Server> {
  const tried: string[] = [];
  const seen: string[] = [];
  const clients = new Set<Connection>();
  let connections = 0;
  let present = 0;
  let whenLeft = () => {};
  const server = new ssh2.Server({ hostKeys: [...hostKeys], algorithms }, (client) => {
    connections++;
    present++;
    let sessions = 0;
    clients.add(client);
    client.on('error', () => {});
    client.on('authentication', (context) => {
      tried.push(context.method);
      if (ignores(context)) return;
      if (accepts(context)) context.accept();
      else context.reject(['publickey', 'password', 'keyboard-interactive']);
    });
    client.on('tcpip', (accept, reject, to) => onward(accept, to, client, reject));
    client.on('close', () => {
      present--;
      clients.delete(client);
      whenLeft();
    });
    client.on('openssh.streamlocal', (accept, _reject, { socketPath }) => {
      seen.push(`socket ${socketPath}`);
      accept().end('hello');
    });
    client.on('session', (accept, reject) => {
      if (sessions >= mostSessions) return reject();
      sessions++;
      const session = accept();
      session.on('close', () => sessions--);
      session.on('pty', (acceptPty, _reject, { term, cols, rows }) => {
        seen.push(`pty ${term} ${cols}x${rows}`);
        acceptPty();
      });
      session.on('window-change', (_accept, _reject, { cols, rows }) => void seen.push(`resize ${cols}x${rows}`));
      session.on('shell', (acceptShell) => acceptShell().write('# '));
      session.on('exec', (acceptExec, _reject, { command }) => {
        if (command === 'never') return;
        if (command === 'at once') return inOnePacket(client, () => endWith(acceptExec(), 7));
        const stream = acceptExec();
        if (command === 'noisy') stream.stderr.write(Buffer.alloc(4 * 1024 ** 2, 'x'));
        if (command === 'wait') return;
        stream.write(`ran ${command}`);
        stream.exit(0);
        stream.end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    tried,
    seen,
    connections: () => connections,
    untilLeft: () =>
      new Promise((resolve) => {
        whenLeft = () => present === 0 && resolve();
        whenLeft();
      }),
    hangUp: () => {
      for (const client of clients) client.end();
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
