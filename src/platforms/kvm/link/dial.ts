/** From an address to bytes: each open() is one more connection to the daemon. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Duplex } from 'node:stream';
import { FleetError, isAbort } from '../../../errors.ts';
import type { Attachment, ConsoleSize, Context } from '../../contract.ts';
import { outputOf } from '../../transport/output.ts';
import type { RunningCommand } from '../../transport/running-command.ts';
import { hostPort, openTcpInPieces, openUnixInPieces, readInPlace } from '../../transport/socket.ts';
import { openSshHost, type SshHost } from '../../transport/ssh/ssh.ts';
import {
  commandBySystemSsh,
  filesBySystemSsh,
  forwardBySystemSsh,
  runBySystemSsh,
  systemShell,
} from '../../transport/ssh/system-ssh.ts';
import { openTls } from '../../transport/tls.ts';
import type { Run } from '../host/host-files.ts';
import { type Address, hostOf } from './address.ts';
import { clientFiles } from './client-files.ts';
import { carrierOf, probeCommand, socketPaths } from './daemon-sockets.ts';
import { authority, type Place, type Reached, reachHere, reachOver, seenThere } from './reach.ts';
import { commandHere, filesHere, runHere } from './run-here.ts';
import { certificateAccepted } from './tls-greeting.ts';
import { oneRecordPerWrite } from './tls-records.ts';

export interface Dialer {
  /** For sentences: `db1.example.org`, `this machine`. */
  readonly host: string;
  /** The daemon must get each call in a write of its own (tls-records.ts). */
  readonly callsApart?: boolean;
  open(signal: AbortSignal): Promise<Duplex>;
  /** To a port or a socket of the host itself. Rejects with op.unsupported where only the daemon is reached. */
  reach(place: Place, signal: AbortSignal): Promise<Reached>;
  /** What a shell command prints on the host, given `input` as its stdin; missing where there is no login. */
  run?: Run;
  shell?(size: ConsoleSize, signal: AbortSignal): Promise<Attachment>;
  /** A shell command with its errors apart; missing where there is no login. */
  command?(command: string, signal: AbortSignal): Promise<RunningCommand>;
  /** What speaks SFTP; missing where there is no login. */
  files?(signal: AbortSignal): Promise<Duplex>;
  close(): void;
}

/** For SSH this logs in. `context.signal` ends only that. */
export async function createDialer(endpoint: string, address: Address, context: Context): Promise<Dialer> {
  const host = hostOf(address);
  const { clock } = context;
  switch (address.transport) {
    case 'unix':
      return {
        host,
        open: async (signal) => readInPlace(await openUnixInPieces(localSocket(address), { clock, signal })),
        reach: (place, signal) => reachHere(place, { clock, signal }),
        run: runHere,
        shell: async () => ({ kind: 'command', argv: [process.env['SHELL'] ?? '/bin/sh'] }),
        command: async (command) => commandHere(command),
        files: async () => filesHere(),
        close: () => undefined,
      };
    case 'tcp':
      return {
        host,
        open: async (signal) => readInPlace(await openTcpInPieces(host, address.port, { clock, signal })),
        reach: (place, signal) => reachOver(place, host, { clock, signal }),
        close: () => undefined,
      };
    case 'tls':
      return {
        host,
        callsApart: true,
        async open(signal) {
          const files = clientFiles(address, homedir(), existsSync);
          const socket = await openTls({ host, port: address.port, ...files }, { clock, signal });
          await certificateAccepted(socket, hostPort(host, address.port), { clock, signal });
          return oneRecordPerWrite(socket);
        },
        async reach(place, signal) {
          const ca = await authority(address.ca);
          return { ...(await reachOver(place, host, { clock, signal })), ...ca, needsTls: true };
        },
        close: () => undefined,
      };
    case 'ssh': {
      if (address.client === 'system') return overSystemSsh(address, host);
      const ssh = await openSshHost({ ...address, endpoint }, context);
      return overSsh(ssh, address, host);
    }
  }
}

function localSocket(address: Address): string {
  const paths = socketPaths(address, process.env['XDG_RUNTIME_DIR']);
  const path = paths.find((candidate) => existsSync(candidate)) ?? paths.at(-1);
  if (path === undefined)
    throw new FleetError('config.invalid', "XDG_RUNTIME_DIR is not set: name the session daemon's `socket`");
  return path;
}

function overSsh(ssh: SshHost, address: Address, host: string): Dialer {
  const run: Run = async (command, signal, input) => {
    const stream = await ssh.pipe(command, signal);
    if (input) stream.write(input);
    return outputOf(stream, signal);
  };
  let way: ((signal: AbortSignal) => Promise<Duplex>) | undefined;
  return {
    host,
    async open(signal) {
      if (way) return way(signal);
      for (const path of socketPaths(address, undefined)) {
        const open = (again: AbortSignal) => ssh.openUnixSocket(path, again);
        try {
          const stream = await open(signal);
          way = open;
          return stream;
        } catch (error) {
          // No such socket, no daemon behind it, or sshd forbids to forward sockets: trying the next way shows which.
          if (isAbort(error) || !(error instanceof FleetError) || error.code !== 'op.refused') throw error;
        }
      }
      const command = await carrier(run, address, host, signal);
      way = (again) => ssh.pipe(command, again);
      return way(signal);
    },
    async reach(place, signal) {
      const stream =
        'socket' in place
          ? await ssh.openUnixSocket(place.socket, signal)
          : await ssh.openTcp(seenThere(place.listen), place.port, signal);
      return { stream, host, ...(await authority()) };
    },
    run,
    async shell(size, signal) {
      return { kind: 'stream', ...(await ssh.shell(size, signal)) };
    },
    command: ssh.run,
    files: ssh.files,
    close: () => ssh.close(),
  };
}

function overSystemSsh(address: Address & { readonly transport: 'ssh' }, host: string): Dialer {
  const run: Run = async (command, signal, input) => {
    const { stream, ended } = runBySystemSsh(address, command);
    if (input) stream.write(input);
    const output = await outputOf(stream, signal);
    const trouble = await ended;
    if (trouble) throw trouble;
    return output;
  };
  let command: Promise<string> | undefined;
  return {
    host,
    async open(signal) {
      command ??= carrier(run, address, host, signal);
      // Closed before anybody listens to it, it would end the program with that.
      return runBySystemSsh(address, await command).stream.on('error', () => undefined);
    },
    async reach(place) {
      if ('socket' in place)
        throw new FleetError('op.unsupported', `the display is only there for ${host} itself: it listens on a socket`, {
          fix: "let drover's own ssh reach it: ssh: builtin",
        });
      const stream = forwardBySystemSsh(address, hostPort(seenThere(place.listen), place.port));
      return { stream: stream.on('error', () => undefined), host, ...(await authority()) };
    },
    run,
    shell: async () => ({ kind: 'command', argv: systemShell(address) }),
    command: async (command) => commandBySystemSsh(address, command),
    files: async () => filesBySystemSsh(address),
    close: () => undefined,
  };
}

async function carrier(run: Run, address: Address, host: string, signal: AbortSignal): Promise<string> {
  const paths = socketPaths(address, undefined);
  const found = carrierOf(await run(probeCommand(paths), signal), address);
  if ('command' in found) return found.command;
  const { socket } = address;
  if (found.missing === 'carrier' && socket !== undefined)
    throw new FleetError(
      'config.invalid',
      `${host} has nothing that leads to ${socket}: virt-ssh-helper takes no other socket`,
      {
        fix: `install nc (netcat-openbsd) or socat on ${host}, or let its sshd forward sockets`,
      },
    );
  throw new FleetError(
    'host.unreachable',
    `no libvirt daemon answers on ${host}: tried ${paths.join(', ') || address.driver}`,
    {
      fix: `start libvirtd on ${host}, and see that sshd forwards sockets or that virt-ssh-helper, nc or socat is there`,
      retry: true,
    },
  );
}
