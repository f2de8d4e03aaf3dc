import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { FleetError } from '../../../errors.ts';
import { outputOf } from '../../transport/output.ts';
import { type RunningCommand, runningChild } from '../../transport/running-command.ts';
import { stdioOf } from '../../transport/ssh/proxy-command.ts';

/** What a shell command prints on this machine, given `input` as its stdin. */
export function runHere(command: string, signal: AbortSignal, input?: Buffer): Promise<string> {
  const stream = stdioOf(spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'ignore'] }));
  if (input) stream.write(input);
  return outputOf(stream, signal);
}

export const commandHere = (command: string): RunningCommand =>
  runningChild(spawn('/bin/sh', ['-c', command], { stdio: 'pipe' }));

/** Where distributions put OpenSSH's, which needs neither a login nor sshd. */
const SFTP_SERVERS = [
  '/usr/lib/openssh/sftp-server',
  '/usr/libexec/openssh/sftp-server',
  '/usr/lib/ssh/sftp-server',
  '/usr/libexec/sftp-server',
];

/** What speaks SFTP on this machine. Throws op.unsupported where nothing does. */
export function filesHere(): Duplex {
  const server = SFTP_SERVERS.find((path) => existsSync(path));
  if (server === undefined)
    throw new FleetError('op.unsupported', 'this machine has no sftp-server', { fix: "install OpenSSH's server" });
  return stdioOf(spawn(server, { stdio: ['pipe', 'pipe', 'ignore'] }));
}
