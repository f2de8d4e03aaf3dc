import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { openTerminalPipe, type TerminalPipe } from '../../test/terminal/pipe.ts';
import { createWriter } from './writer.ts';

/** More than a pipe holds, so that one frame fills it and is still not through. */
const LARGE = 300_000;

let pipe: TerminalPipe;
beforeEach(() => {
  pipe = openTerminalPipe();
});
afterEach(() => pipe.close());

describe('a terminal that is not read', () => {
  it('makes one frame of all that were drawn meanwhile, the newest', async () => {
    const clock = createTestClock();
    let frame = 0;
    const made: number[] = [];
    const writer = createWriter({
      fd: pipe.fd,
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
      seen += pipe.read();
      await clock.pass(10);
    }
    seen += pipe.read();
    expect(made).toEqual([1, 1_000]);
    expect(seen.match(/\[frame \d+\]/g)).toEqual(['[frame 1]', '[frame 1000]']);
    expect(seen).toHaveLength(2 * LARGE);
  });

  it('gets nothing more once the writer was stopped', async () => {
    const clock = createTestClock();
    const writer = createWriter({ fd: pipe.fd, clock, produce: () => '.'.repeat(LARGE), onGone: () => {} });
    let idle = false;
    writer.wake();
    writer.whenIdle(() => {
      idle = true;
    });
    writer.stop();
    expect(idle).toBe(true);
    const before = pipe.read().length;
    await clock.pass(1_000);
    expect(before).toBeLessThan(LARGE);
    expect(pipe.read()).toBe('');
  });
});
