/**
 * The machine's own ssh, for what ssh2 can't do: hardware keys, GSSAPI, certificates. It reads the
 * user's configuration and known_hosts itself; it can't ask the user anything, since the terminal is ours (BatchMode).
 */
import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { FleetError } from '../../../errors.ts';
import { type RunningCommand, runningChild } from '../running-command.ts';
import { hostPort } from '../socket.ts';
import { checkSshNames } from './names.ts';
import { stdioOf } from './proxy-command.ts';

export interface SystemSshTarget {
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly knownHostsFile?: string | undefined;
}

export interface SystemSshCommand {
  readonly stream: Duplex;
  /** Resolves once ssh has ended, with the trouble unless all went well. */
  readonly ended: Promise<FleetError | undefined>;
}

/** For a terminal: no command, everything interactive. */
export const systemShell = (target: SystemSshTarget): readonly [string, ...string[]] => [
  'ssh',
  '-t',
  ...argumentsOf(target),
];

/** Runs `command` on the host; its stdin and stdout are the stream. */
export function runBySystemSsh(target: SystemSshTarget, command: string): SystemSshCommand {
  const argv = ['-T', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', ...argumentsOf(target), command];
  const child = spawn('ssh', argv, { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  const name = hostPort(target.host, target.port ?? 22);
  const ended = new Promise<FleetError | undefined>((resolve) => {
    child.once('error', (error) =>
      resolve(
        new FleetError('config.invalid', `can't run ssh: ${error.message}`, {
          fix: "install OpenSSH's client",
          cause: error,
        }),
      ),
    );
    child.once('close', (code) => resolve(code === 0 ? undefined : sshError(code, complaint, name)));
  });
  return { stream: stdioOf(child), ended };
}

/** The same with its errors apart, and its exit code: 255 is also that of ssh itself, which says why on stderr. */
export function commandBySystemSsh(target: SystemSshTarget, command: string): RunningCommand {
  const argv = ['-T', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', ...argumentsOf(target), command];
  return runningChild(spawn('ssh', argv, { stdio: 'pipe' }));
}

/** What speaks SFTP. */
export function filesBySystemSsh(target: SystemSshTarget): Duplex {
  const argv = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '-s', ...argumentsOf(target), 'sftp'];
  return stdioOf(spawn('ssh', argv, { stdio: ['pipe', 'pipe', 'ignore'] }));
}

/** Bytes to and from what listens on the host, or is reached from it: `[::1]:5900`. The stream ends when that does not answer. */
export function forwardBySystemSsh(target: SystemSshTarget, place: string): Duplex {
  const options = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '-W', place];
  return stdioOf(spawn('ssh', [...options, ...argumentsOf(target)], { stdio: ['pipe', 'pipe', 'ignore'] }));
}

/** Throws config.invalid for names that OpenSSH refuses. */
function argumentsOf({ host, port, user, keyFile, knownHostsFile }: SystemSshTarget): string[] {
  checkSshNames({ host, user });
  return [
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(keyFile === undefined ? [] : ['-i', keyFile]),
    ...(knownHostsFile === undefined ? [] : ['-o', `UserKnownHostsFile=${knownHostsFile}`]),
    '--',
    host,
  ];
}

/** ssh ends with 255 for its own trouble and with the command's code otherwise; its words are not translated. */
function sshError(code: number | null, complaint: string, name: string): FleetError {
  const last = complaint.trim().split('\n').at(-1) ?? '';
  if (/IDENTIFICATION HAS CHANGED/.test(complaint)) {
    return new FleetError('trust.changed-host', `${name} shows another key than the known one: ${last}`);
  }
  if (/Host key verification failed/.test(complaint)) {
    return new FleetError('trust.unknown-host', `the key of ${name} is not known yet`, {
      fix: `ssh ${name} once, and accept it`,
    });
  }
  if (/Permission denied/.test(complaint)) {
    return new FleetError('auth.rejected', `${name} refused the login: ${last}`, {
      fix: `try \`ssh ${name}\` by hand`,
    });
  }
  return new FleetError(
    'host.unreachable',
    `ssh to ${name} ended with ${code ?? 'a signal'}${last ? `: ${last}` : ''}`,
    { retry: code === 255 },
  );
}
