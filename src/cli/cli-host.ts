import type { Readable, Writable } from 'node:stream';
import { type Clock, systemClock } from '../clock.ts';
import { FleetError } from '../errors.ts';
import type { RolesOptions } from '../state/roles/read-roles.ts';
import { type EndingSignal, endingSignals } from '../terminal/ignored-signals.ts';

/** What the command line uses of the process that it runs in. */
export interface CliHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly clock: Clock;
  /** Aborted by ctrl-c, SIGTERM and SIGHUP. */
  readonly interrupt: AbortSignal;
  /** Who may do what; what this machine says where absent. */
  readonly roles?: RolesOptions;
}

/**
 * The process that the user's shell has started. From now on its signals abort, and no longer end it; those that were
 * `ignored` when it was started stay ignored.
 */
export function thisProcess(ignored: ReadonlySet<EndingSignal>): CliHost {
  const { env, stdin, stdout, stderr } = process;
  const interrupt = new AbortController();
  const stop = () => interrupt.abort(new FleetError('op.cancelled', 'interrupted'));
  for (const signal of endingSignals) {
    if (ignored.has(signal)) process.on(signal, () => {});
    else if (signal !== 'SIGQUIT') process.once(signal, stop);
  }
  return { env, stdin, stdout, stderr, clock: systemClock, interrupt: interrupt.signal };
}
