import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { asksSynchronized } from './ask-terminal.ts';

function open() {
  const clock = createTestClock();
  const raw: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => void raw.push(on) });
  const out = new Writable({ write: (_chunk, _encoding, done) => done() });
  const asked = asksSynchronized(stdin, out, clock, new AbortController().signal);
  return { clock, raw, stdin, asked };
}

/** What is still unread: it would be typed into the shell. */
const left = (stdin: PassThrough): string => String(stdin.read() ?? '');

describe('asking the terminal', () => {
  it.each([
    ['\x1b[?2026;2$y\x1b[?62;4c', true],
    ['\x1b[?2026;0$y\x1b[?62;4c', false],
    ['\x1b[?62;4c', undefined],
  ])('%j says %s, and the keys are given back at once', async (answer, synchronized) => {
    const { clock, raw, stdin, asked } = open();
    stdin.write(answer);
    await clock.pass(10);
    expect(await asked).toBe(synchronized);
    expect(raw).toEqual([true, false]);
  });

  it('does not wait for a late answer, but reads it, so that it does not end in the shell', async () => {
    const { clock, raw, stdin, asked } = open();
    await clock.pass(1_000);
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
    await clock.pass(5_000);
    expect(raw).toEqual([true, false]);
  });
});
