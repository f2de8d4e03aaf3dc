/** The program of a profile that gives its keys (docs.aws.amazon.com/sdkref, "Process credential provider"). */
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { FleetError } from '../../errors.ts';
import { plainLine } from '../transport/http/wire.ts';
import type { Keys } from './user-files/login.ts';
import { splitWords } from './user-files/words.ts';

export interface ProcessLogin {
  readonly keys: Promise<Keys & { readonly expiration?: Date }>;
  /** Ends the program and all that it has started. */
  stop(): void;
}

const OUTPUT_MAX = 256 * 1024;

/**
 * Starts it as the aws command does, without a shell. It may ask its user elsewhere and take its time: it does not keep
 * drover running, and ends with drover at the latest. `keys` rejects with auth.needs-secret, in the program's own words.
 */
export function startProcess(command: string, subject: string): ProcessLogin {
  const failed = (why: string, cause?: unknown) =>
    new FleetError('auth.needs-secret', `${subject}: its credential_process ${why}`, {
      fix: 'run the program of the profile by hand, to see what it wants',
      cause,
    });
  const [program, ...args] = splitWords(command) ?? [];
  if (program === undefined) {
    return { keys: Promise.reject(failed('has a quote that is not closed')), stop: () => {} };
  }
  // A group of its own, so that what it starts ends with it; that also keeps it off the terminal.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const stop = () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It ended in between.
    }
  };
  process.once('exit', stop);
  child.unref();
  for (const pipe of [child.stdout, child.stderr]) if (pipe instanceof Socket) pipe.unref();

  const keys = new Promise<Keys & { readonly expiration?: Date }>((resolve, reject) => {
    const said = { stdout: '', stderr: '' };
    const listen = (name: 'stdout' | 'stderr') =>
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] = (said[name] + text).slice(0, OUTPUT_MAX);
      });
    listen('stdout');
    listen('stderr');
    child.once('error', (error) => reject(failed(`can't be started`, error)));
    child.once('close', (code, signal) => {
      process.removeListener('exit', stop);
      if (code === 0) {
        try {
          resolve(keysOf(said.stdout));
        } catch (error) {
          reject(failed(error instanceof FleetError ? error.message : 'gave no JSON', error));
        }
        return;
      }
      const words = plainLine(said.stderr, 200);
      reject(failed(`ended with ${signal ?? code}${words === '' ? '' : `: ${words}`}`));
    });
  });
  return { keys, stop };
}

/** Throws for what is not as the tools want it; what it says never quotes the output. */
function keysOf(output: string): Keys & { readonly expiration?: Date } {
  const found: Readonly<Record<string, unknown>> = JSON.parse(output);
  const wrong = (why: string) => new FleetError('auth.needs-secret', why);
  if (found['Version'] !== 1) throw wrong('gave another version than 1');
  const text = (key: string): string | undefined => {
    const value = found[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [accessKeyId, secretAccessKey] = [text('AccessKeyId'), text('SecretAccessKey')];
  if (accessKeyId === undefined || secretAccessKey === undefined) throw wrong('gave no access key');
  const [sessionToken, until] = [text('SessionToken'), text('Expiration')];
  const expiration = until === undefined ? undefined : new Date(until);
  if (expiration && !(expiration.getTime() > Date.now())) throw wrong('gave a key that has run out');
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(expiration ? { expiration } : {}),
  };
}
