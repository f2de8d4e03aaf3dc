/**
 * Asks a terminal what it can do. DECRQM (CSI ? 2026 $ p) asks for a mode, and is answered by CSI ? 2026 ; n $ y, where
 * 0 and 4 mean no; DA1 (CSI c), which every terminal answers, comes behind it, so that silence is known to be one.
 * Sources: vt100.net/docs/vt510-rm/DECRQM.html and xterm's control sequences.
 */
import { execFile } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../clock.ts';

const QUESTION = '\x1b[?2026$p\x1b[c';
const MODE = /\x1b\[\?2026;([0-4])\$y/;
const ATTRIBUTES = /\x1b\[\?[\d;]*c/;
/** An answer that comes later than this would be printed behind the prompt; links with half a second are rare. */
const PATIENCE_MS = 1_000;

/** Whether the terminal paints what stands between two marks at once; undefined when it says nothing. Needs raw input. */
export function asksSynchronized(
  stdin: Readable,
  out: Writable,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const terminal = stdin as Readable & { setRawMode?: (raw: boolean) => void };
  return new Promise((resolve) => {
    let heard = '';
    const end = () => {
      takeBack();
      signal.removeEventListener('abort', end);
      stdin.off('data', onData).pause();
      terminal.setRawMode?.(false);
      const mode = MODE.exec(heard)?.[1];
      resolve(mode === undefined ? undefined : mode !== '0' && mode !== '4');
    };
    const onData = (chunk: Buffer | string) => {
      heard += chunk.toString();
      if (ATTRIBUTES.test(heard)) end();
    };
    const takeBack = clock.after(PATIENCE_MS, end);
    signal.addEventListener('abort', end, { once: true });
    terminal.setRawMode?.(true);
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
