/**
 * Asks a terminal what it can do. DECRQM (CSI ? 2026 $ p) asks for a mode, and is answered by CSI ? 2026 ; n $ y, where
 * 0 and 4 mean no; DA1 (CSI c), which every terminal answers, comes behind it, so that silence is known to be one.
 * Sources: vt100.net/docs/vt510-rm/DECRQM.html and xterm's control sequences.
 */
import { execFile } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { takeRawKeys } from '../../terminal/raw-keys.ts';

const QUESTION = '\x1b[?2026$p\x1b[c';
const MODE = /\x1b\[\?2026;([0-4])\$y/;
const ATTRIBUTES = /\x1b\[\?[\d;]*c/;
/** Links with half a second are rare. */
const PATIENCE_MS = 1_000;
/** An answer that comes later is of no use, but must not be printed behind the shell's prompt: it is waited for and dropped. */
const LATE_MS = 4_000;
/** What is typed meanwhile and stands for a signal, which raw input does not send. */
const TYPED_SIGNALS: Readonly<Record<string, NodeJS.Signals>> = {
  '\x03': 'SIGINT',
  '\x1a': 'SIGTSTP',
  '\x1c': 'SIGQUIT',
};

/**
 * Whether the terminal paints what stands between two marks at once; undefined when it says nothing. Reads the keyboard until
 * the answer has come, also after it has given up; that keeps the program from ending meanwhile.
 */
export function asksSynchronized(
  stdin: Readable,
  out: Writable,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const keys = takeRawKeys(stdin as Readable & { setRawMode?: (raw: boolean) => unknown });
    let heard = '';
    const giveUp = () => resolve(undefined);
    const end = () => {
      stopPatience();
      stopWaiting();
      signal.removeEventListener('abort', end);
      stdin.off('data', onData).pause();
      keys.release();
      const mode = MODE.exec(heard)?.[1];
      resolve(mode === undefined ? undefined : mode !== '0' && mode !== '4');
    };
    const onData = (chunk: Buffer | string) => {
      heard += chunk.toString();
      const typed = TYPED_SIGNALS[[...chunk.toString()].find((byte) => byte in TYPED_SIGNALS) ?? ''];
      if (typed !== undefined || ATTRIBUTES.test(heard)) end();
      if (typed !== undefined) process.kill(typed === 'SIGTSTP' ? 0 : process.pid, typed);
    };
    const stopPatience = clock.after(PATIENCE_MS, giveUp);
    const stopWaiting = clock.after(LATE_MS, end);
    signal.addEventListener('abort', end, { once: true });
    stdin.on('data', onData).resume();
    out.write(QUESTION);
  });
}

/** How long tmux waits after an escape for more, in ms; undefined when it can't be asked. */
export function tmuxEscapeMs(signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve) => {
    execFile('tmux', ['show-options', '-sv', 'escape-time'], { timeout: PATIENCE_MS, signal }, (error, stdout) => {
      const ms = Number.parseInt(stdout, 10);
      resolve(error || Number.isNaN(ms) ? undefined : ms);
    });
  });
}
