import { PassThrough, Writable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { asksSynchronized } from './ask-terminal.ts';

afterEach(() => void vi.restoreAllMocks());

function open() {
  const clock = createTestClock();
  const raw: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => void raw.push(on) });
  let question = '';
  const out = new Writable({
    write(chunk, _encoding, done) {
      question += String(chunk);
      done();
    },
  });
  const interrupt = new AbortController();
  const asked = asksSynchronized(stdin, out, clock, interrupt.signal);
  return { clock, raw, stdin, asked, interrupt, question: () => question };
}

/** What is still unread: it would be typed into the shell. */
const left = (stdin: PassThrough): string => String(stdin.read() ?? '');

describe('asking the terminal', () => {
  it.each([
    ['\x1b[?2026;2$y\x1b[?62;4c', true],
    ['\x1b[?2026;0$y\x1b[?62;4c', false],
    ['\x1b[?2026;1$y\x1b[?62;4c', true],
    ['\x1b[?2026;4$y\x1b[?62;4c', false],
    ['\x1b[?62;4c', undefined],
  ])('%j says %s, and the keys are given back at once', async (answer, synchronized) => {
    const { clock, raw, stdin, asked } = open();
    stdin.write(answer);
    await clock.pass(10);
    expect(await asked).toBe(synchronized);
    expect(raw).toEqual([true, false]);
  });

  it('asks for the mode, and then for what every terminal answers', async () => {
    const { clock, stdin, asked, raw, question } = open();
    expect(question()).toBe('\x1b[?2026$p\x1b[c');
    stdin.write('\x1b[?2026;2$y\x1b[?6');
    await clock.pass(10);
    expect(raw).toEqual([true]);
    stdin.write('2;4c');
    await clock.pass(10);
    expect(await asked).toBe(true);
    stdin.write('later');
    await clock.pass(10);
    expect(left(stdin)).toBe('later');
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    stdin.resume();
    stdin.write('\x03');
    await clock.pass(10);
    expect(kill).not.toHaveBeenCalled();
  });

  it.each([
    ['\x03', process.pid, 'SIGINT'],
    ['\x1c', process.pid, 'SIGQUIT'],
    ['\x1a', 0, 'SIGTSTP'],
  ])('hands %j on as the signal that it stands for, once the keys are given back', async (key, pid, signal) => {
    const { clock, raw, stdin, asked } = open();
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      expect(raw).toEqual([true, false]);
      return true;
    });
    stdin.write('x');
    await clock.pass(10);
    expect([raw, kill.mock.calls]).toEqual([[true], []]);
    stdin.write(`y${key}`);
    await clock.pass(10);
    expect(await asked).toBeUndefined();
    expect(kill.mock.calls).toEqual([[pid, signal]]);
    await clock.pass(5_000);
    expect(raw).toEqual([true, false]);
  });

  it('gives the keys back when the command is interrupted', async () => {
    const { raw, interrupt, asked } = open();
    interrupt.abort();
    expect(await asked).toBeUndefined();
    expect(raw).toEqual([true, false]);
  });

  it('does not wait for a late answer, but reads it, so that it does not end in the shell', async () => {
    const { clock, raw, stdin, asked } = open();
    let given = false;
    void asked.then(() => {
      given = true;
    });
    await clock.pass(999);
    expect(given).toBe(false);
    await clock.pass(1);
    expect(await asked).toBeUndefined();
    expect(raw).toEqual([true]);
    await clock.pass(1_500);
    stdin.write('\x1b[?2026;2$y\x1b[?62;4c');
    await clock.pass(10);
    expect(raw).toEqual([true, false]);
    expect(left(stdin)).toBe('');
  });

  it('gives the keys back when no answer comes at all', async () => {
    const { clock, raw } = open();
    await clock.pass(3_999);
    expect(raw).toEqual([true]);
    await clock.pass(1);
    expect(raw).toEqual([true, false]);
  });
});
