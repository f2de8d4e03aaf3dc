/**
 * SSH to one host, over ssh2: unix sockets and TCP ports of the host, commands, shells. One connection carries all of it;
 * a further one is opened when sshd's limit of sessions per connection is reached.
 */
import { homedir } from 'node:os';
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { FleetError } from '../../errors.ts';
import type { Ask, ConsoleSize } from '../contract.ts';
import { noAnswer } from './connect-error.ts';
import { type Patience, within } from './deadline.ts';
import { hostPort } from './socket.ts';
import type { Answers } from './ssh-auth.ts';
import { openSshClient } from './ssh-client.ts';
import { readSshConfig, userSshConfig } from './ssh-config.ts';

export interface SshTarget {
  /** For sentences with the next step. */
  readonly endpoint: string;
  /** A name, an address, or a `Host` of ~/.ssh/config. */
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly password?: string | undefined;
  /** Instead of the user's known_hosts files. */
  readonly knownHostsFile?: string | undefined;
}

export interface SshShell {
  readonly stream: Duplex;
  resize(size: ConsoleSize): void;
}

export interface SshHost {
  /** `user@host:port`, for sentences. */
  readonly name: string;
  openUnixSocket(path: string, signal: AbortSignal): Promise<Duplex>;
  openTcp(host: string, port: number, signal: AbortSignal): Promise<Duplex>;
  /** stdin and stdout of a command. */
  pipe(command: string, signal: AbortSignal): Promise<Duplex>;
  shell(size: ConsoleSize, signal: AbortSignal): Promise<SshShell>;
  close(): void;
}

export interface SshOptions extends Patience {
  readonly ask: Ask;
}

/** sshd's default for MaxSessions; forwarded sockets don't count. */
const MOST_SESSIONS = 10;
const CHANNEL_MS = 10_000;

interface Line {
  readonly client: Client;
  /** Resolves once the connection is gone. */
  readonly ended: Promise<void>;
  sessions: number;
}

/** Resolves once the login is done. `options.signal` ends only the connecting, close() everything. */
export async function openSshHost(target: SshTarget, options: SshOptions): Promise<SshHost> {
  const config = await readSshConfig(target, userSshConfig());
  const route = { target, config, home: homedir() };
  const answers: Answers = new Map();
  const name = hostPort(config.hostName, config.port ?? 22);
  const lines = new Set<Line>();
  let closed = false;

  async function openLine(patience: Patience): Promise<Line> {
    const client = await openSshClient(route, answers, { ...options, ...patience });
    const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
    const line = { client, ended, sessions: 0 };
    if (closed) client.end();
    else lines.add(line);
    void ended.then(() => lines.delete(line));
    return line;
  }
  await openLine(options);

  async function freeLine(patience: Patience, wanted: (line: Line) => boolean): Promise<Line> {
    if (closed) throw new FleetError('host.unreachable', `the connection to ${name} was closed`, { retry: true });
    for (const line of lines) if (wanted(line)) return line;
    return openLine(patience);
  }

  const channel = <T extends Duplex>(
    signal: AbortSignal,
    open: (client: Client, done: (error: Error | undefined, stream: T) => void) => void,
    wanted: (line: Line) => boolean = () => true,
    taken?: (line: Line, stream: T) => void,
  ): Promise<T> =>
    within(
      CHANNEL_MS,
      { clock: options.clock, signal },
      () => noAnswer(name, CHANNEL_MS / 1000),
      async (deadline) => {
        const line = await freeLine({ clock: options.clock, signal: deadline.signal }, wanted);
        const opening = new Promise<T>((resolve, reject) => {
          open(line.client, (error, stream) => (error ? reject(refusal(error, name)) : resolve(stream)));
        });
        const lost = line.ended.then(() => {
          throw new FleetError('host.unreachable', `${name} hung up`, { retry: true });
        });
        const stream = await Promise.race([opening, lost]);
        if (deadline.signal.aborted) stream.destroy();
        taken?.(line, stream);
        return stream;
      },
    );

  // Counted from the request on: ten requests at once must not all go to the same line.
  const session = (
    signal: AbortSignal,
    open: (client: Client, done: (error: Error | undefined, stream: ClientChannel) => void) => void,
  ) => {
    let reserved: Line | undefined;
    const wanted = (line: Line) => line.sessions < MOST_SESSIONS;
    const counted: typeof open = (client, done) => {
      reserved = [...lines].find((line) => line.client === client);
      if (reserved) reserved.sessions++;
      open(client, (error, stream) => {
        if (error && reserved) reserved.sessions--;
        done(error, stream);
      });
    };
    return channel(signal, counted, wanted, (line, stream) => stream.once('close', () => line.sessions--));
  };

  return {
    name,
    openUnixSocket: (path, signal) =>
      channel<ClientChannel>(signal, (client, done) => client.openssh_forwardOutStreamLocal(path, done)),
    openTcp: (host, port, signal) =>
      channel<ClientChannel>(signal, (client, done) => client.forwardOut('127.0.0.1', 0, host, port, done)),
    async pipe(command, signal) {
      const stream = await session(signal, (client, done) => client.exec(command, done));
      // Unread, it would stop the command once the window is full.
      stream.stderr.resume();
      return stream;
    },
    async shell({ columns, rows }, signal) {
      const terminal = { term: process.env['TERM'] ?? 'xterm-256color', cols: columns, rows };
      const stream = await session(signal, (client, done) => client.shell(terminal, done));
      return { stream, resize: (size) => stream.setWindow(size.rows, size.columns, 0, 0) };
    },
    close() {
      closed = true;
      for (const { client } of lines) client.destroy();
      lines.clear();
    },
  };
}

/** sshd says no to one channel; the connection itself is well. */
const refusal = (error: Error, name: string): FleetError =>
  new FleetError('op.refused', `${name} refused the channel: ${error.message}`, { cause: error });
