import type { Readable, Writable } from 'node:stream';
import { type Clock, systemClock } from '../clock.ts';
import { FleetError } from '../errors.ts';

/** What the command line uses of the process that it runs in. */
export interface CliHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly clock: Clock;
  /** Aborted by ctrl-c, SIGTERM and SIGHUP. */
  readonly interrupt: AbortSignal;
}

/** The process of the user's shell. From now on its signals abort, and no longer end it. */
export function thisProcess(): CliHost {
  const { env, stdin, stdout, stderr } = process;
  const interrupt = new AbortController();
  const stop = () => interrupt.abort(new FleetError('op.cancelled', 'interrupted'));
  process.once('SIGINT', stop).once('SIGTERM', stop).once('SIGHUP', stop);
  return { env, stdin, stdout, stderr, clock: systemClock, interrupt: interrupt.signal };
}
