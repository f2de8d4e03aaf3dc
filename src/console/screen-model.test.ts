import { describe, expect, it } from 'vitest';
import type { GuestPower } from '../terminal/guest-filter.ts';
import { rowText } from './row-text.ts';
import { createScreenModel } from './screen-model.ts';

async function open({ columns = 20, rows = 4, scrollback = 50, powers = [] as GuestPower[] } = {}) {
  const answers: string[] = [];
  const copied: string[] = [];
  const bells: true[] = [];
  const model = await createScreenModel({
    size: { columns, rows },
    scrollback,
    powers: new Set(powers),
    answer: (text) => void answers.push(text),
    bell: () => void bells.push(true),
    clipboard: (text) => void copied.push(text),
  });
  const write = (text: string) => model.write(Buffer.from(text));
  const scratch = model.terminal.buffer.active.getNullCell();
  const row = (at: number, depth: 'truecolor' | '256' | '16' | 'none' = 'truecolor', from = 0, wide = columns) => {
    const line = model.line(at);
    return line && rowText(line, scratch, { from, columns: wide, depth, isInverted: () => false });
  };
  return { model, write, row, answers, copied, bells };
}

describe('the model of a screen', () => {
  it('keeps what was scrolled off, as much as it should', async () => {
    const { model, write, row } = await open();
    await write(Array.from({ length: 200 }, (_, at) => `line ${at}\r\n`).join(''));
    expect([model.lines(), model.top(), row(0), row(52)]).toEqual([54, 50, 'line 147', 'line 199']);
  });

  it('has what a guest paints, in its colours, or in as many as the terminal has', async () => {
    const { write, row } = await open();
    await write('\x1b[1;38;2;255;0;0mred\x1b[m \x1b[4;38;5;200mpink\x1b[m \x1b[44mblue');
    expect(row(0)).toBe('\x1b[0;1;38;2;255;0;0mred\x1b[m \x1b[0;4;38;5;200mpink\x1b[m \x1b[0;44mblue\x1b[m');
    expect(row(0, '256')).toBe('\x1b[0;1;38;5;196mred\x1b[m \x1b[0;4;38;5;200mpink\x1b[m \x1b[0;44mblue\x1b[m');
    expect(row(0, '16')).toBe('\x1b[0;1;91mred\x1b[m \x1b[0;4;95mpink\x1b[m \x1b[0;44mblue\x1b[m');
    expect(row(0, 'none')).toBe('\x1b[0;1mred\x1b[m \x1b[0;4mpink\x1b[m blue');
  });

  it('has characters as wide as the screen that it is drawn on, and cuts none in two', async () => {
    const { write, row } = await open({ columns: 10 });
    await write('漢字e\u0301x');
    expect([row(0), row(0, 'none', 1, 4), row(0, 'none', 0, 3)]).toEqual([
      '漢字e\u0301x',
      ' 字e\u0301',
      '漢 '.trimEnd(),
    ]);
    await write('\r\n❤\ufe0f👩\u200d👧|');
    expect(row(1)).toBe('❤👩👧|');
  });

  it('answers what the guest asks in place of the terminal', async () => {
    const { write, answers } = await open();
    await write('ab\x1b[6n\x1b[c');
    expect(answers[0]).toBe('\x1b[1;3R');
    expect(answers).toHaveLength(2);
  });

  it('gives the clipboard and the title only where they are allowed', async () => {
    const text = `\x1b]52;c;${Buffer.from('grüße').toString('base64')}\x07\x1b]2;a title\x07\x07`;
    const closed = await open();
    await closed.write(text);
    expect([closed.copied, closed.model.title(), closed.bells.length]).toEqual([[], '', 1]);
    const allowed = await open({ powers: ['clipboard', 'title'] });
    await allowed.write(text);
    expect([allowed.copied, allowed.model.title()]).toEqual([['grüße'], 'a title']);
  });

  it('knows where the cursor is, and that it is hidden', async () => {
    const { model, write } = await open();
    await write('a\r\nbc');
    expect(model.cursor()).toEqual({ column: 2, line: 1 });
    await write('\x1b[?25l');
    expect(model.cursor()).toBeUndefined();
  });

  it('says how far lines have moved since they were looked at', async () => {
    const { model, write } = await open({ scrollback: 10 });
    await write('one\r\ntwo');
    const { dropped } = model.follow();
    await write('\r\n'.repeat(12));
    expect(dropped()).toBe(0);
    await write('\r\n');
    expect(dropped()).toBe(1);
    await write('\r\n'.repeat(100));
    expect(dropped()).toBeGreaterThanOrEqual(2);
  });

  it('is not kept busy by a sequence that repeats a thousand million times', async () => {
    const { model, write } = await open();
    await write('x\x1b[2147483647b\x1b[2147483647L\x1b[2147483647S\x1b[2147483647@\x1b[2147483647T');
    expect(model.lines()).toBeLessThanOrEqual(54);
  });
});
