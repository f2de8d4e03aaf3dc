import { closeSync, writeSync } from 'node:fs';
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

describe('a terminal that is read', () => {
  it('gets at once what there is, as text or bytes, until there is no more', () => {
    const chunks: (string | Uint8Array)[] = ['one', new TextEncoder().encode('two'), 'dreißig'];
    const writer = createWriter({
      fd: pipe.fd,
      clock: createTestClock(),
      produce: () => chunks.shift() ?? '',
      onGone: () => {},
    });
    let idle = 0;
    writer.wake();
    writer.whenIdle(() => idle++);
    expect([writer.isBusy(), idle, Buffer.from(pipe.read(), 'latin1').toString()]).toEqual([false, 1, 'onetwodreißig']);
  });
});

describe('a terminal that is full', () => {
  it('is tried again every five milliseconds, and who waits is told once', async () => {
    try {
      while (writeSync(pipe.fd, Buffer.alloc(4096, '.')) > 0);
    } catch {} // EAGAIN: it is full
    const clock = createTestClock();
    const frames = ['frame'];
    const writer = createWriter({ fd: pipe.fd, clock, produce: () => frames.shift() ?? '', onGone: () => {} });
    let idle = 0;
    writer.wake();
    writer.whenIdle(() => idle++);
    await clock.pass(12);
    pipe.read();
    await clock.pass(2);
    expect([pipe.read(), idle, writer.isBusy()]).toEqual(['', 0, true]);
    await clock.pass(1);
    expect([pipe.read(), idle, writer.isBusy()]).toEqual(['frame', 1, false]);
    await clock.pass(100);
    expect(idle).toBe(1);
  });
});

describe('a terminal that is gone', () => {
  it('is reported once; nothing more is made for it, and no caller waits', async () => {
    const { fd } = openTerminalPipe();
    closeSync(fd);
    const clock = createTestClock();
    let gone = 0;
    let made = 0;
    const writer = createWriter({
      fd,
      clock,
      produce: () => `frame ${made++}`,
      onGone: () => gone++,
    });
    writer.wake();
    writer.wake();
    let idle = false;
    writer.whenIdle(() => {
      idle = true;
    });
    await clock.pass(1_000);
    expect([gone, made, idle, writer.isBusy()]).toEqual([1, 1, true, false]);
  });
});
