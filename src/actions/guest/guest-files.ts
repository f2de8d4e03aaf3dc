/** Files of a guest: SFTP over the machine's own ssh, with the login and the way that `vm ssh` takes. */
import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { FleetError, sentence } from '../../errors.ts';
import type { SftpFiles } from '../../sftp/files.ts';
import type { GuestSsh } from './ssh.ts';

export interface GuestFilesOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether ssh may ask the user at the terminal: for a password, and about a key that is not known yet. */
  readonly mayAsk: boolean;
}

/** A user who is asked may have to look for the answer. */
const ANSWERED_MS = 600_000;
const LONGEST_COMPLAINT = 2_000;

/** Ends with `close`, or when the signal aborts. Rejects with what ssh complains of. */
export async function openGuestFiles(ssh: GuestSsh, { clock, signal, mayAsk }: GuestFilesOptions): Promise<SftpFiles> {
  const [program, ...args] = ssh.argv(['-o', `BatchMode=${mayAsk ? 'no' : 'yes'}`, '-s'], ['sftp']);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-LONGEST_COMPLAINT);
  });
  const ended = new Promise<void>((resolve) => child.once('error', () => resolve()).once('close', () => resolve()));
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.once('close', () => child.kill());
  child.once('error', (error) => stream.destroy(error));
  const { openSftp } = await import('../../sftp/files.ts');
  return openSftp(stream, { clock, signal, ...(mayAsk && { greetingMs: ANSWERED_MS }) }).catch(
    async (error: unknown) => {
      signal.throwIfAborted();
      await ended;
      throw refused(ssh.said, complaint, error);
    },
  );
}

/** The words of ssh are not translated. */
function refused(said: string, complaint: string, cause: unknown): FleetError {
  const last = complaint.trim().split(/\r?\n/).at(-1) || sentence(cause);
  if (/IDENTIFICATION HAS CHANGED/.test(complaint))
    return new FleetError('trust.changed-host', `${said} shows another key than the known one`, {
      fix: 'if you know why it changed, remove the old one: ssh-keygen -R with the name that ssh says',
      cause,
    });
  if (/Host key verification failed/.test(complaint))
    return new FleetError('trust.unknown-host', `the key of ${said} is not known yet`, {
      fix: 'drover vm ssh NAME once, and accept it; or --accept-new',
      cause,
    });
  if (/Permission denied/.test(complaint))
    return new FleetError('auth.rejected', `${said} refused the login: ${last}`, {
      fix: 'name another user or key: --user, --identity',
      cause,
    });
  return new FleetError('host.unreachable', `${said}: ${last}`, { cause });
}
