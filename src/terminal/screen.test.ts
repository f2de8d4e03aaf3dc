import { writeSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { openTerminalPipe, type TerminalPipe } from '../../test/terminal/pipe.ts';
import { createScreen } from './screen.ts';
import type { Terminal } from './terminal.ts';

let pipe: TerminalPipe;
beforeEach(() => {
  pipe = openTerminalPipe();
});
afterEach(() => pipe.close());

/** A terminal that is a pipe. */
const terminal = (): Terminal => ({
  fd: pipe.fd,
  size: () => ({ columns: 80, rows: 24 }),
  enter() {},
  leave() {},
  hasEntered: () => true,
  setRaw() {},
  setLent() {},
  isLent: () => false,
  ignoreTypedSignals() {},
  writeNow() {},
  onResize: () => () => {},
});

/** As much as the terminal takes without being read. */
function fill(): void {
  try {
    while (writeSync(pipe.fd, Buffer.alloc(4096, '.')) > 0);
  } catch {} // EAGAIN: it is full
}

describe('a frame', () => {
  it('is shown when the terminal has taken all of it, and not before', async () => {
    const clock = createTestClock();
    const screen = createScreen(terminal(), clock);
    let shown = 0;
    const drawn = (text: string) => {
      screen.whenShown(() => shown++);
      screen.stdout.write(text);
    };
    drawn('first');
    expect(shown).toBe(0);
    await clock.pass(0);
    expect(shown).toBe(1);
    fill();
    drawn('Force off web1?');
    await clock.pass(1_000);
    expect(shown).toBe(1);
    pipe.read();
    await clock.pass(100);
    expect(shown).toBe(2);
    // Nothing changes for this one: it is there already.
    drawn('Force off web1?');
    await clock.pass(0);
    expect(shown).toBe(3);
  });
});
