import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { FleetError, sentence } from '../../errors.ts';

/** A command that runs, here or on another host. */
export interface RunningCommand {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Its exit code; 128 + n, as a shell has it, where signal n ended it. Rejects when that is not known: the link broke. */
  readonly ended: Promise<number>;
  /** Closes the way to it, whatever becomes of the command. */
  destroy(): void;
}

/** As a shell has it. `signal`: `SIGTERM`, or `TERM` as SSH has it. */
export function exitCodeOf(code: number | null | undefined, signal: string | null | undefined): number | undefined {
  if (typeof code === 'number') return code;
  const number = signal ? constants.signals[`SIG${signal.replace(/^SIG/, '')}` as NodeJS.Signals] : undefined;
  return number === undefined ? undefined : 128 + number;
}

/** A process of this machine, with pipes. */
export function runningChild(child: ChildProcess): RunningCommand {
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new TypeError('a child without pipes');
  const ended = new Promise<number>((resolve, reject) => {
    const fail = (why: string, cause?: unknown) => reject(new FleetError('op.failed', why, { cause }));
    child.once('error', (error) => fail(`the command can't be started: ${sentence(error)}`, error));
    child.once('close', (code, signal) => {
      const ending = exitCodeOf(code, signal);
      if (ending === undefined) fail('the command ended without an exit code');
      else resolve(ending);
    });
  });
  ended.catch(() => undefined);
  // one that ended meanwhile takes nothing more
  stdin.on('error', () => undefined);
  return {
    stdin,
    stdout,
    stderr,
    ended,
    destroy() {
      child.kill();
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
    },
  };
}
