import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { createWriter } from './writer.ts';

/** More than a pipe holds, so that one frame fills it and is still not through. */
const LARGE = 300_000;

let folder: string;
let reader: number;
let fd: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-writer-'));
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

/** All that is there. */
function read(): string {
  const buffer = Buffer.alloc(1024 * 1024);
  let text = '';
  for (;;) {
    try {
      const length = readSync(reader, buffer);
      if (length === 0) return text;
      text += buffer.toString('latin1', 0, length);
    } catch {
      return text; // EAGAIN: nothing more for now
    }
  }
}

describe('a terminal that is not read', () => {
  it('makes one frame of all that were drawn meanwhile, the newest', async () => {
    const clock = createTestClock();
    let frame = 0;
    const made: number[] = [];
    const writer = createWriter({
      fd,
      clock,
      produce() {
        if (made.at(-1) === frame) return '';
        made.push(frame);
        return `[frame ${frame}]`.padEnd(LARGE, '.');
      },
      onGone: () => {},
    });
    for (frame = 1; frame <= 1_000; frame++) writer.wake();
    frame = 1_000;
    await clock.pass(3_000);
    // the first is on its way; no other was made, so that nothing piles up
    expect(made).toEqual([1]);
    expect(writer.isBusy()).toBe(true);

    let seen = '';
    while (writer.isBusy()) {
      seen += read();
      await clock.pass(10);
    }
    seen += read();
    expect(made).toEqual([1, 1_000]);
    expect(seen.match(/\[frame \d+\]/g)).toEqual(['[frame 1]', '[frame 1000]']);
    expect(seen).toHaveLength(2 * LARGE);
  });

  it('gets nothing more once the writer was stopped', async () => {
    const clock = createTestClock();
    const writer = createWriter({ fd, clock, produce: () => '.'.repeat(LARGE), onGone: () => {} });
    let idle = false;
    writer.wake();
    writer.whenIdle(() => {
      idle = true;
    });
    writer.stop();
    expect(idle).toBe(true);
    const before = read().length;
    await clock.pass(1_000);
    expect(before).toBeLessThan(LARGE);
    expect(read()).toBe('');
  });
});
