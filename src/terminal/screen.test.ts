import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { createScreen } from './screen.ts';
import type { Terminal } from './terminal.ts';

let folder: string;
let reader: number;
let fd: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-screen-'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  fd = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
});
afterEach(() => {
  closeSync(reader);
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

/** A terminal that is a pipe. */
const terminal = (): Terminal => ({
  fd,
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

/** Takes what is there. */
function readAll(): void {
  try {
    while (readSync(reader, Buffer.alloc(64 * 1024)) > 0);
  } catch {} // EAGAIN: nothing more for now
}

/** As much as the terminal takes without being read. */
function fill(): void {
  try {
    while (writeSync(fd, Buffer.alloc(4096, '.')) > 0);
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
    readAll();
    await clock.pass(100);
    expect(shown).toBe(2);
    // Nothing changes for this one: it is there already.
    drawn('Force off web1?');
    await clock.pass(0);
    expect(shown).toBe(3);
  });
});
