import { Writable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { watchAlternate } from './alternate-screen.ts';
import type { ScreenSize } from './compositor.ts';
import { recoverInPlace } from './modes.ts';
import type { Terminal } from './terminal.ts';
import { createWriter } from './writer.ts';

/** The terminal in the hands of a console or another program. */
export interface Loan {
  /** Bytes go to the terminal as they are. Slow when the terminal is: pipe into it. */
  readonly output: Writable;
  onResize(call: (size: ScreenSize) => void): () => void;
}

/** `raw` for bytes of a console, `cooked` for a program that finds the terminal as our own shell left it. */
export type LoanMode = 'raw' | 'cooked';

/**
 * Gives the terminal away until `use` is done and takes it back then, however it was left: another program may have set
 * anything. `onReturn` is called when it is ours again, with anything on it.
 */
export async function lendTerminal<T>(
  terminal: Terminal,
  clock: Clock,
  mode: LoanMode,
  use: (loan: Loan) => Promise<T>,
  onReturn: () => void,
): Promise<T> {
  terminal.leave();
  terminal.setRaw(mode === 'raw');
  terminal.setLent(mode === 'raw');
  terminal.ignoreTypedSignals(mode === 'cooked');
  const loan = createLoan(terminal, clock);
  try {
    return await use(loan);
  } finally {
    loan.end();
    terminal.setLent(false);
    // The cursor stays behind what was written, so that what is left of it on the usual screen is not written over later.
    terminal.writeNow(`${recoverInPlace(loan.isAlternate())}\r\n`);
    terminal.ignoreTypedSignals(false);
    terminal.setRaw(false);
    terminal.enter();
    onReturn();
  }
}

/** `end`: nothing of what is still waiting comes to the terminal any more. */
function createLoan(terminal: Terminal, clock: Clock): Loan & { end(): void; isAlternate(): boolean } {
  const watch = watchAlternate();
  let chunk: Uint8Array = new Uint8Array();
  const writer = createWriter({
    fd: terminal.fd,
    clock,
    produce() {
      const bytes = chunk;
      chunk = new Uint8Array();
      return bytes;
    },
    onGone: () => process.kill(process.pid, 'SIGHUP'),
  });
  const output = new Writable({
    // What waits here is late already: a console is better held back at its source.
    highWaterMark: 1,
    write(bytes: Buffer, _encoding, done) {
      watch.see(bytes);
      chunk = bytes;
      writer.wake();
      writer.whenIdle(done);
    },
  });
  return {
    output,
    isAlternate: watch.isAlternate,
    onResize: (call) => terminal.onResize(() => call(terminal.size())),
    end() {
      writer.stop();
      output.destroy();
    },
  };
}
