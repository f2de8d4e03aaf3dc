import { writeSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import { type Watched, watchesAlternateScreen } from '../terminal/alternate-screen.ts';
import { clipboardDoubt, clipboardSequence, giveToTmux } from '../terminal/clipboard.ts';
import { askSize } from '../terminal/facts.ts';
import { guardExit } from '../terminal/guard.ts';
import { NOT_STOPPED_MS } from '../terminal/job-control.ts';
import { KEYS_LEFT, KEYS_ONLY, recoverInPlace } from '../terminal/modes.ts';
import type { ConsoleTerminal } from '../terminal/screen.ts';

/** A terminal that is only ever written to line by line; keys come one by one. */
export interface LineTerminal extends ConsoleTerminal {
  write(text: string): void;
  /** Puts text on the clipboard of the user's terminal (OSC 52); returns what is known to be in its way. */
  copy(text: string): string | undefined;
  /** ctrl-Z. */
  suspend(): void;
  close(): void;
}

/** Whose keys they are: one by one and pastes marked; a console's, byte by byte; another program's, line by line. */
type Keys = 'ours' | 'raw' | 'cooked';

/** Takes the keys from now on, and gives the terminal back however the program ends. Standard input must be a terminal. */
export function takeLineTerminal(clock: Clock): LineTerminal {
  const { stdin, stdout } = process;
  const marksPastes = stdout.isTTY && process.env['TERM'] !== 'dumb';
  let wanted: Keys = 'ours';
  /** The terminal has been asked for keys and marked pastes, and for nothing else. */
  let hasKeys = false;
  /** The console that has it. */
  let lentTo: Watched | undefined;
  const setKeys = (keys: Keys) => {
    // Throws once the terminal is gone, when there is nothing left to set.
    try {
      stdin.setRawMode(keys !== 'cooked');
      const wantsKeys = keys === 'ours' && marksPastes;
      if (wantsKeys !== hasKeys) writeSync(stdout.fd, wantsKeys ? KEYS_ONLY : KEYS_LEFT);
      hasKeys = wantsKeys;
    } catch {}
  };
  /** The shell has set the terminal's modes. A mode that counts as set is not set again, so another one is set first. */
  const resetKeys = () => {
    setKeys('cooked');
    setKeys(wanted);
    askSize();
  };
  /** Takes back what a console may have switched on. */
  const recover = () => {
    if (!lentTo) return;
    try {
      writeSync(stdout.fd, `${recoverInPlace(lentTo.alternate())}\r\n`);
    } catch {}
  };
  const guard = guardExit(() => {
    recover();
    setKeys('cooked');
  });
  const write = (text: string) => void stdout.write(text);
  const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  setKeys(wanted);
  process.on('SIGCONT', resetKeys);

  return {
    size,
    write,
    copy(text) {
      write(clipboardSequence(text));
      giveToTmux(text);
      return clipboardDoubt();
    },
    suspend() {
      setKeys('cooked');
      process.kill(0, 'SIGTSTP');
      clock.after(NOT_STOPPED_MS, resetKeys);
    },
    async lend(mode, use) {
      wanted = mode;
      setKeys(wanted);
      guard.ignoreTyped(mode === 'cooked');
      const output = watchesAlternateScreen(stdout);
      if (mode === 'raw') lentTo = output;
      const onResize = (call: (size: { columns: number; rows: number }) => void) => {
        const changed = () => call(size());
        stdout.on('resize', changed);
        return () => void stdout.off('resize', changed);
      };
      try {
        return await use({ output, onResize });
      } finally {
        recover();
        guard.ignoreTyped(false);
        wanted = 'ours';
        lentTo = undefined;
        resetKeys();
      }
    },
    close() {
      process.off('SIGCONT', resetKeys);
      setKeys('cooked');
    },
  };
}
