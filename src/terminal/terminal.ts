import { constants, openSync, writeSync } from 'node:fs';
import type { ScreenSize } from './compositor.ts';
import { guardExit } from './guard.ts';
import { ENTER, LEAVE, RECOVER } from './modes.ts';
import { holdStrayOutput } from './stray-output.ts';

/**
 * The terminal itself: which program has it, and how big it is. Small on purpose, since it is loaded before anything else to
 * show a first picture; what paints on it is the screen.
 */
export interface Terminal {
  /** For the writer of frames: non-blocking, where the system lets us have a descriptor of our own. */
  readonly fd: number;
  size(): ScreenSize;
  /** Full screen, keys come raw. Does nothing when it is so. */
  enter(): void;
  /** As it was before, also out of a signal handler and at exit. Does nothing when it is so. */
  leave(): void;
  hasEntered(): boolean;
  setRaw(raw: boolean): void;
  /** A console has it, and may have set anything: `leave` takes back what it can. */
  setLent(lent: boolean): void;
  isLent(): boolean;
  /** While another program has it, ctrl-C and ctrl-\\ are for that program. */
  ignoreTypedSignals(ignored: boolean): void;
  /** Writes at once; gives up on a terminal that takes nothing. */
  writeNow(text: string): void;
  /** Calls back when the window has another size; the function that it answers ends that. */
  onResize(call: () => void): () => void;
}

/** Standard input and output must be terminals. Restores them on exit, crash and signals from now on. */
export function takeTerminal(): Terminal {
  const { stdin, stdout } = process;
  const fd = openOwn(stdout.fd);
  let entered = false;
  let lent = false;
  let releaseStray: (() => void) | undefined;

  function setRaw(raw: boolean): void {
    // Throws once the terminal is gone, when there is nothing left to set.
    try {
      stdin.setRawMode(raw);
    } catch {}
  }

  function enter(): void {
    if (entered) return;
    entered = true;
    setRaw(true);
    releaseStray = holdStrayOutput();
    writePatiently(fd, ENTER);
  }

  function leave(): void {
    if (lent) {
      lent = false;
      writePatiently(fd, RECOVER);
      setRaw(false);
    }
    if (!entered) return;
    entered = false;
    writePatiently(fd, LEAVE);
    setRaw(false);
    releaseStray?.();
  }

  const guard = guardExit(leave);
  return {
    fd,
    enter,
    leave,
    setRaw,
    setLent(now) {
      lent = now;
    },
    isLent: () => lent,
    ignoreTypedSignals: guard.ignoreTyped,
    hasEntered: () => entered,
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    writeNow: (text) => writePatiently(fd, text),
    onResize(call) {
      stdout.on('resize', call);
      return () => stdout.off('resize', call);
    },
  };
}

/**
 * The terminal opened once more, non-blocking: a flag that other holders of the same terminal don't see. The second
 * way is for systems without /proc, and for terminals of another user (after su). Else the given one has to do.
 */
function openOwn(fd: number): number {
  for (const path of [`/proc/self/fd/${fd}`, '/dev/tty']) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    } catch {}
  }
  return fd;
}

const PATIENCE_MS = 100;
const NAP_MS = 2;

/** A frozen terminal must not keep the program from ending, so this gives up after a while. */
function writePatiently(fd: number, text: string): void {
  let rest = Buffer.from(text);
  const until = performance.now() + PATIENCE_MS;
  while (rest.length > 0 && performance.now() < until) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NAP_MS);
    }
  }
}
