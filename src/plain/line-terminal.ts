import { watchesAlternateScreen } from '../terminal/alternate-screen.ts';
import { clipboardDoubt, clipboardSequence, giveToTmux } from '../terminal/clipboard.ts';
import { guardExit } from '../terminal/guard.ts';
import { recoverInPlace } from '../terminal/modes.ts';
import type { ConsoleTerminal } from '../terminal/screen.ts';

/** A terminal that is only ever written to line by line; keys come one by one. */
export interface LineTerminal extends ConsoleTerminal {
  write(text: string): void;
  /** Puts text on the clipboard of whoever sits there (OSC 52); answers what is known to be in its way. */
  copy(text: string): string | undefined;
  /** ctrl-Z. */
  suspend(): void;
  close(): void;
}

/** Takes the keys from now on, and gives the terminal back however the program ends. Standard input must be a terminal. */
export function takeLineTerminal(): LineTerminal {
  const { stdin, stdout } = process;
  let wanted = true;
  const setRaw = (raw: boolean) => {
    // Throws once the terminal is gone, when there is nothing left to set.
    try {
      stdin.setRawMode(raw);
    } catch {}
  };
  const guard = guardExit(() => setRaw(false));
  const write = (text: string) => void stdout.write(text);
  const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  setRaw(true);
  // The shell has set the terminal as it likes it; what is not changed first is not set again.
  process.on('SIGCONT', () => {
    setRaw(false);
    setRaw(wanted);
  });

  return {
    size,
    write,
    copy(text) {
      write(clipboardSequence(text));
      giveToTmux(text);
      return clipboardDoubt();
    },
    suspend() {
      setRaw(false);
      process.kill(0, 'SIGTSTP');
    },
    async lend(mode, use) {
      wanted = mode === 'raw';
      setRaw(wanted);
      guard.ignoreTyped(mode === 'cooked');
      const output = watchesAlternateScreen(stdout);
      const onResize = (call: (size: { columns: number; rows: number }) => void) => {
        const changed = () => call(size());
        stdout.on('resize', changed);
        return () => void stdout.off('resize', changed);
      };
      try {
        return await use({ output, onResize });
      } finally {
        if (mode === 'raw') write(`${recoverInPlace(output.alternate())}\r\n`);
        guard.ignoreTyped(false);
        wanted = true;
        setRaw(false);
        setRaw(true);
      }
    },
    close: () => setRaw(false),
  };
}
