import xterm from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { createGuestFilter, type GuestPower } from './guest-filter.ts';

const filtered = (text: string | Uint8Array, ...powers: GuestPower[]): string =>
  createGuestFilter(new Set(powers)).push(Buffer.from(text as string));

describe('what a guest writes', () => {
  it.each([
    'plain text\r\n\ttabs\b\x07',
    '\x1b[1;38;2;1;2;3;48;5;200mtrue colours\x1b[m',
    '\x1b[2J\x1b[H\x1b[10;20Hcursor\x1b[5A\x1b[K\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1h\x1b=',
    '\x1b(0lqqk\x1b(B\x0e\x0f\x1b7\x1b8\x1bM\x1b[3;20r\x1b[4h',
    'grüße 漢字 e\u0301 👩\u200d👧',
  ])('comes through where it is only for the screen: %j', (text) => expect(filtered(text)).toBe(text));

  it.each([
    ['the clipboard', '\x1b]52;c;aGFja2Vk\x07'],
    ['the clipboard, read', '\x1b]52;c;?\x1b\\'],
    ['the title', '\x1b]0;hacked\x07\x1b]2;hacked\x1b\\'],
    ['a title that is reported', '\x1b[21t\x1b[20t'],
    ['the window', '\x1b[8;10;10t\x1b[2t'],
    ['colours', '\x1b]4;1;?\x07\x1b]4;1;red\x07\x1b]10;?\x07\x1b]11;?\x07\x1b]104\x07'],
    ['what the terminal is', '\x1b[c\x1b[>c\x1b[=c\x1bZ\x05\x1b[>q'],
    ['where the cursor is', '\x1b[6n\x1b[?6n\x1b[5n'],
    ['settings', '\x1bP$qm\x1b\\\x1bP+q544e\x1b\\\x1b[?2026$p\x1b[x'],
    ['keys that are sent in another way', '\x1b[>1u\x1b[=5u\x1b[?u\x1b[>4;2m\x1b[?9001h\x1b[2h\x1b[20h\x1b[12h'],
    ['the printer', '\x1b[5i\x1b[?4i'],
    ['what was scrolled off', '\x1b[3J'],
    ['the encoding', '\x1b%G\x1b%@'],
    ['checksums, macros, other strings', '\x1b[1;1;1;1;1;1*y\x1bXtext\x1b\\\x1b^text\x1b\\\x1b_Gi=1\x1b\\'],
    ['another width', '\x1b[?3h\x1b[?40h'],
    ['links', '\x1b]8;;http://x\x07\x1b]8;;\x07'],
    ['controls of eight bits', '\u009b\u009d\u0090\u009c\u0085'],
    ['marks that turn the direction', '\u202e\u2066\u200f'],
  ])('can not reach %s', (_what, text) => expect(filtered(`a${text}b`)).toBe('ab'));

  it.each<[GuestPower, string]>([
    ['clipboard', '\x1b]52;c;aGVsbG8=\x07'],
    ['title', '\x1b]2;web1\x07'],
    ['queries', '\x1b[c\x1b[6n\x1b[18t\x1b]11;?\x07\x1bP$qm\x1b\\\x1b[?2026$p'],
  ])('can where the configuration allows: %s', (power, text) => {
    expect(filtered(text, power)).toBe(text);
    expect(filtered(text)).toBe('');
  });

  it('never reads the clipboard, nor has its title reported, whatever is allowed', () =>
    expect(filtered('\x1b]52;c;?\x07\x1b[21t', 'clipboard', 'title', 'queries')).toBe(''));

  it('is read alike in however small pieces it comes', () => {
    const text = 'ü\x1b[1;31mred\x1b[6n\x1b]0;title\x1b\\\x1b]52;c;aa\x07x\x1bP$qm\x1b\\\x1b(0y\x1b[?1000;9001h漢';
    for (const powers of [[], ['title', 'clipboard', 'queries']] as GuestPower[][]) {
      const filter = createGuestFilter(new Set(powers));
      const pieces = [...Buffer.from(text)].map((byte) => filter.push(Uint8Array.of(byte))).join('');
      expect(pieces).toBe(filtered(text, ...powers));
    }
  });

  it('goes on behind a sequence or a string that was broken off', () => {
    expect(filtered('\x1b[12\x1b[1mbold')).toBe('\x1b[1mbold');
    expect(filtered('\x1b]0;never ends\x18shown')).toBe('shown');
    expect(filtered('\x1b]0;never ends\x1b[1mbold')).toBe('\x1b[1mbold');
    expect(filtered(`\x1b[${'1;'.repeat(300)}mtext`)).toBe('text');
  });

  it('shows nothing of a sequence that is too long, in however many pieces it comes', () => {
    for (const ending of ['m', ' q', '\x1b[1m']) {
      const filter = createGuestFilter();
      const text = `a\x1b[${'1;'.repeat(400)}${ending}b`;
      const pieces = text.match(/[\s\S]{1,90}/g) ?? [];
      expect(pieces.map((piece) => filter.push(Buffer.from(piece))).join('')).toBe(filtered(text));
      expect(filtered(text)).toBe(ending.startsWith('\x1b') ? `a${ending}b` : 'ab');
    }
  });

  it('resets the screen alone', () => expect(filtered('\x1bc')).toBe('\x1b[!p\x1b[r\x1b[H\x1b[2J'));

  it('keeps of modes and of numbers what is sensible', () => {
    expect(filtered('\x1b[?1000;9001;25h')).toBe('\x1b[?1000;25h');
    expect(filtered('\x1b[2147483647b\x1b[99999999L\x1b[99999;99999H')).toBe('\x1b[500b\x1b[500L\x1b[9999;9999H');
  });

  it('stacks few marks on a letter, also in many pieces', () => {
    expect(filtered(`e${'\u0301'.repeat(1_000)}x`)).toBe(`e${'\u0301'.repeat(4)}x`);
    const filter = createGuestFilter();
    const pieces = Array.from({ length: 50 }, () => filter.push(Buffer.from('\u0301\u0301'))).join('');
    expect(pieces).toBe('\u0301'.repeat(4));
  });

  it('holds nothing of a string that never ends', () => {
    const filter = createGuestFilter(new Set(['clipboard']));
    filter.push(Buffer.from('\x1b]52;c;'));
    for (let times = 0; times < 4; times++) expect(filter.push(Buffer.alloc(100_000, 0x41))).toBe('');
    expect(filter.push(Buffer.from('\x07text'))).toBe('text');
  });

  it('lets a terminal answer nothing', async () => {
    const terminal = new xterm.Terminal({ allowProposedApi: true });
    const answers: string[] = [];
    terminal.onData((answer) => answers.push(answer));
    const asking = '\x1b[c\x1b[>c\x1b[5n\x1b[6n\x1b[?6n\x1bP$qm\x1b\\\x1b[?1$p\x1b[4$p\x1bZ\x05';
    const write = (text: string) => new Promise<void>((resolve) => terminal.write(text, resolve));
    await write(filtered(asking));
    expect(answers).toEqual([]);
    await write(asking);
    expect(answers.length).toBeGreaterThan(3);
    terminal.dispose();
  });
});
