import { spawn } from 'node:child_process';
import type { Clock } from '../../clock.ts';

const OUTPUT_MAX = 64 * 1024;

/** Why a command gave no secret, to follow its name. What it printed is not shown: it may be the secret. */
export class CommandFailed extends Error {}

/**
 * The first line that a command line prints, run by /bin/sh with nothing to read. Rejects with CommandFailed for a command
 * that fails, prints nothing or takes longer than `deadlineMs`, and with the signal's reason; it is killed then, with all
 * that it started. It gets no terminal, so that a prompt of its own can't draw over the screen.
 */
export function firstLineOf(command: string, clock: Clock, deadlineMs: number, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // Detached: a session of its own, without our terminal, that can be killed as a whole.
    const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    let output = '';

    const finish = (end: () => void) => {
      takeBack();
      signal.removeEventListener('abort', abort);
      child.stdout.destroy();
      child.removeAllListeners();
      // An error after this (a kill that failed) has no caller any more, but must have a listener.
      child.on('error', () => {});
      end();
    };
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    };
    const fail = (why: string) => finish(() => reject(new CommandFailed(why)));
    const abort = () => {
      kill();
      finish(() => reject(signal.reason));
    };
    const takeBack = clock.after(deadlineMs, () => {
      kill();
      fail(`gave no answer for ${Math.round(deadlineMs / 1000)} s`);
    });
    signal.addEventListener('abort', abort, { once: true });

    const succeed = () => {
      const line = output.split(/\r?\n/, 1)[0] ?? '';
      if (line === '') fail('printed nothing');
      else finish(() => resolve(line));
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < OUTPUT_MAX) output += text;
    });
    child.on('error', (error) => fail(`could not be started: ${error.message}`));
    child.on('exit', (code, killedBy) => {
      if (code !== 0) fail(killedBy ? `was ended by ${killedBy}` : `ended with status ${code}`);
      // A daemon that it left behind may hold the pipe open; a whole line is all that is wanted.
      else if (output.includes('\n')) succeed();
      else child.on('close', succeed);
    });
  });
}
