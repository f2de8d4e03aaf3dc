/**
 * SSH to one host, over ssh2: unix sockets and TCP ports of the host, commands, shells. One connection carries all of it;
 * a further one is opened when sshd's limit of sessions per connection is reached.
 */
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { FleetError } from '../../../errors.ts';
import type { ConsoleSize } from '../../contract.ts';
import { noAnswer } from '../connect-error.ts';
import { type Patience, within } from '../deadline.ts';
import { markOwnChunks } from '../free-at-once.ts';
import { exitCodeOf, type RunningCommand } from '../running-command.ts';
import { hostPort } from '../socket.ts';
import type { Answers } from './auth.ts';
import { openSshClient } from './client.ts';
import { readSshConfig } from './config.ts';
import { decryptsApart } from './fast-packets.ts';
import { userSshConfig } from './settings.ts';
import type { SshOptions, SshTarget } from './target.ts';

export interface SshShell {
  readonly stream: Duplex;
  resize(size: ConsoleSize): void;
  /** Known once the stream has closed; undefined where the host did not say. */
  exitCode(): number | undefined;
}

export interface SshHost {
  /** `user@host:port`, for sentences. */
  readonly name: string;
  openUnixSocket(path: string, signal: AbortSignal): Promise<Duplex>;
  openTcp(host: string, port: number, signal: AbortSignal): Promise<Duplex>;
  /** stdin and stdout of a command. */
  pipe(command: string, signal: AbortSignal): Promise<Duplex>;
  /** The same with its errors apart, and its exit code. */
  run(command: string, signal: AbortSignal): Promise<RunningCommand>;
  /** What speaks SFTP. */
  files(signal: AbortSignal): Promise<Duplex>;
  shell(size: ConsoleSize, signal: AbortSignal): Promise<SshShell>;
  close(): void;
}

/** sshd's default for MaxSessions; forwarded sockets don't count. */
const MOST_SESSIONS = 10;
const CHANNEL_MS = 10_000;

interface Line {
  readonly client: Client;
  /** Resolves once the connection is gone. */
  readonly ended: Promise<void>;
  isOpen: boolean;
  sessions: number;
}

type ChannelKind = 'session' | 'forward';
type OpenChannel = (client: Client, done: (error: Error | undefined, stream: ClientChannel) => void) => void;

/** Resolves once the login is done. `options.signal` ends only the connecting, close() everything. */
export async function openSshHost(target: SshTarget, options: SshOptions): Promise<SshHost> {
  const source = options.source ?? userSshConfig();
  const config = await readSshConfig(target, options, source);
  const route = { target, config, source };
  const answers: Answers = new Map();
  const name = hostPort(config.hostName, config.port);
  const lines = new Set<Line>();
  let closed = false;

  async function openLine(patience: Patience): Promise<Line> {
    const client = await openSshClient(route, answers, { ...options, ...patience });
    const line: Line = {
      client,
      ended: new Promise((resolve) => client.once('close', resolve)),
      isOpen: true,
      sessions: 0,
    };
    client.once('close', () => {
      line.isOpen = false;
    });
    if (closed) client.end();
    else lines.add(line);
    void line.ended.then(() => lines.delete(line));
    return line;
  }
  await openLine(options);

  /** The line for one more channel; `session` ones are counted from here on, so that ten at once don't share a line. */
  async function takeLine(kind: ChannelKind, patience: Patience): Promise<Line> {
    if (closed) throw new FleetError('host.unreachable', `the connection to ${name} was closed`, { retry: true });
    const free = [...lines].find(({ sessions }) => kind === 'forward' || sessions < MOST_SESSIONS);
    const line = free ?? (await openLine(patience));
    if (kind === 'session') line.sessions++;
    return line;
  }

  const channel = (kind: ChannelKind, signal: AbortSignal, open: OpenChannel): Promise<ClientChannel> =>
    within(
      CHANNEL_MS,
      { clock: options.clock, signal },
      () => noAnswer(name, CHANNEL_MS / 1000),
      async (deadline) => {
        const line = await takeLine(kind, { clock: options.clock, signal: deadline.signal });
        const release = () => {
          if (kind === 'session') line.sessions--;
        };
        try {
          const stream = await Promise.race([opened(line, open, name), hungUp(line, name)]);
          stream.once('close', release);
          if (decryptsApart(line.client)) markOwnChunks(stream);
          // Came too late for the caller.
          if (deadline.signal.aborted) stream.destroy();
          return stream;
        } catch (error) {
          release();
          throw error;
        }
      },
    );

  /** `listen` comes before all that the channel says: how a short command has ended may be in the packet that opens it. */
  const session = async <T>(open: OpenChannel, listen: (stream: ClientChannel) => T, signal: AbortSignal) => {
    let heard: T | undefined;
    const stream = await channel('session', signal, (client, done) =>
      open(client, (error, opening) => {
        if (!error) heard = listen(opening);
        done(error, opening);
      }),
    );
    return { stream, heard: heard as T };
  };

  return {
    name,
    openUnixSocket: (path, signal) =>
      channel('forward', signal, (client, done) => client.openssh_forwardOutStreamLocal(path, done)),
    openTcp: (host, port, signal) =>
      channel('forward', signal, (client, done) => client.forwardOut('127.0.0.1', 0, host, port, done)),
    async pipe(command, signal) {
      const stream = await channel('session', signal, (client, done) => client.exec(command, done));
      // Unread, it would stop the command once the window is full.
      stream.stderr.resume();
      return stream;
    },
    async run(command, signal) {
      const open: OpenChannel = (client, done) => client.exec(command, done);
      return (await session(open, (stream) => runningOver(stream, name), signal)).heard;
    },
    files: (signal) => channel('session', signal, (client, done) => client.subsys('sftp', done)),
    async shell({ columns, rows }, signal) {
      const terminal = { term: process.env['TERM'] ?? 'xterm-256color', cols: columns, rows };
      let code: number | undefined;
      const open: OpenChannel = (client, done) => client.shell(terminal, done);
      const hear = (opened: ClientChannel) =>
        opened.once('exit', (exit: number | null, by?: string) => {
          code = exitCodeOf(exit, by);
        });
      const { stream } = await session(open, hear, signal);
      return { stream, resize: (size) => stream.setWindow(size.rows, size.columns, 0, 0), exitCode: () => code };
    },
    close() {
      closed = true;
      for (const { client } of lines) client.destroy();
      lines.clear();
    },
  };
}

function runningOver(stream: ClientChannel, name: string): RunningCommand {
  const ended = new Promise<number>((resolve, reject) => {
    let ending: number | undefined;
    stream.once('exit', (code: number | null, signal?: string) => {
      ending = exitCodeOf(code, signal);
    });
    stream.once('close', () => (ending === undefined ? reject(lost(name)) : resolve(ending)));
  });
  ended.catch(() => undefined);
  stream.on('error', () => undefined);
  return { stdin: stream, stdout: stream, stderr: stream.stderr, ended, destroy: () => stream.destroy() };
}

const opened = (line: Line, open: OpenChannel, name: string): Promise<ClientChannel> =>
  new Promise((resolve, reject) => {
    try {
      open(line.client, (error, stream) => {
        if (!error) resolve(stream);
        // ssh2 calls back for every channel that is not open yet when the connection goes.
        else if (!line.isOpen) reject(lost(name, error));
        // While the connection is well, it is sshd's no to this channel.
        else reject(new FleetError('op.refused', `${name} refused the channel: ${error.message}`, { cause: error }));
      });
    } catch (error) {
      // ssh2 throws when the connection has just gone.
      reject(lost(name, error));
    }
  });

async function hungUp(line: Line, name: string): Promise<never> {
  await line.ended;
  throw lost(name);
}

const lost = (name: string, cause?: unknown): FleetError =>
  new FleetError('host.unreachable', `${name} hung up`, { retry: true, cause });
