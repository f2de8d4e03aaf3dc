import xterm from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { createCompositor, type ScreenSize } from './compositor.ts';

/** What a person sees: each cell's character, colours and the attributes that show. */
async function seen(terminal: xterm.Terminal, bytes: string, columns = terminal.cols): Promise<string[]> {
  await new Promise<void>((resolve) => terminal.write(bytes, resolve));
  const buffer = terminal.buffer.active;
  return Array.from({ length: terminal.rows }, (_, row) => {
    const line = buffer.getLine(buffer.viewportY + row);
    let text = '';
    for (let column = 0; column < columns; column++) {
      const cell = line?.getCell(column);
      if (!cell || cell.getWidth() === 0 || column + cell.getWidth() > columns) continue;
      const characters = cell.getChars() || ' ';
      const fill = cell.isBgDefault() ? '' : `bg${cell.getBgColorMode()}:${cell.getBgColor()}`;
      const lines = `${cell.isInverse() ? 'i' : ''}${cell.isUnderline() ? 'u' : ''}${cell.isStrikethrough() ? 's' : ''}`;
      const ink = `fg${cell.getFgColorMode()}:${cell.getFgColor()}${cell.isBold() ? 'b' : ''}${cell.isDim() ? 'd' : ''}${cell.isItalic() ? 'I' : ''}`;
      const plainInk = ink === 'fg0:-1' ? '' : ink;
      const look = characters === ' ' && lines === '' ? fill : `${fill}${lines}${plainInk}`;
      text += look ? `<${look}>${characters}` : characters;
    }
    return text.trimEnd();
  });
}

const terminalOf = ({ columns, rows }: ScreenSize): xterm.Terminal => {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  terminal.write('\x1b[?7l');
  return terminal;
};

/** The same frame without any cleverness: each line by itself on an empty screen. */
const naive = (frame: string, { rows }: ScreenSize): string =>
  frame
    .split('\n')
    .slice(0, rows)
    .map((line, row) => `\x1b[${row + 1}H\x1b[m${line}`)
    .join('');

function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const WORDS = ['web', 'db-01', '│', '▂▄▆', '⣿⡇', ' ', '   ', '仮想', 'büro', '41%', '8.0G', 'é', '…', 'x'];
const SGR = [
  '31',
  '1;32',
  '48;5;24',
  '38;2;200;100;50',
  '7',
  '4',
  '2',
  '22',
  '39',
  '49',
  '27',
  '24',
  '0',
  '1;7',
  '9',
  '29',
  '3',
];

function randomLine(random: (below: number) => number): string {
  let line = '';
  for (let words = random(12); words > 0; words--) {
    if (random(3) === 0) line += `\x1b[${SGR[random(SGR.length)]}m`;
    line += WORDS[random(WORDS.length)];
  }
  return `${line}\x1b[m`;
}

/** The next screen: some lines edited, sometimes all scrolled, sometimes everything new. */
function nextLines(lines: readonly string[], random: (below: number) => number): string[] {
  const next = [...lines];
  const kind = random(6);
  if (kind === 0) return next.map(() => randomLine(random));
  if (kind < 4) {
    const first = random(3);
    const last = next.length - random(3);
    const moved = next.slice(first, last);
    for (let by = 1 + random(3); by > 0; by--) {
      if (kind === 1) moved.push(moved.shift() ?? '');
      else moved.unshift(moved.pop() ?? '');
      moved[random(moved.length)] = randomLine(random);
    }
    next.splice(first, moved.length, ...moved);
  }
  for (let edits = random(5); edits > 0; edits--) next[random(next.length)] = randomLine(random);
  return next;
}

describe('the compositor', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'leaves on the terminal what the frame says, whatever was there (%d)',
    async (seed) => {
      const random = randomFrom(seed);
      const size = { columns: 20 + random(30), rows: 6 + random(10) };
      const compositor = createCompositor(size);
      const terminal = terminalOf(size);
      await seen(terminal, '\x1b[41mrubbish of another program\x1b[m');
      let lines = Array.from({ length: size.rows }, () => randomLine(random));
      for (let frame = 0; frame < 25; frame++) {
        const bytes = compositor.paint(lines.join('\n'));
        const endless = terminalOf({ ...size, columns: 500 });
        const expected = await seen(endless, naive(lines.join('\n'), size), size.columns);
        expect(await seen(terminal, bytes)).toEqual(expected);
        lines = nextLines(lines, random);
      }
    },
  );

  it('writes nothing when nothing changed', () => {
    const compositor = createCompositor({ columns: 20, rows: 3 });
    compositor.paint('a\nb\nc');
    expect(compositor.paint('a\nb\nc')).toBe('');
    expect(compositor.paint('a\nb  \nc')).toBe('');
  });

  it('writes a changed figure and nothing else', () => {
    const compositor = createCompositor({ columns: 40, rows: 3 });
    compositor.paint('web1  41%  8.0G\nweb2  17%  2.0G');
    expect(compositor.paint('web1  41%  8.0G\nweb2  18%  2.0G')).toBe('\x1b[2;8H8');
  });

  it('scrolls a list by moving its lines', () => {
    const compositor = createCompositor({ columns: 80, rows: 24 });
    const list = (first: number) => [
      'header',
      ...Array.from({ length: 22 }, (_, row) => `machine number ${first + row} is called ${(first + row) ** 5}`),
      'keys',
    ];
    compositor.paint(list(100).join('\n'));
    const bytes = compositor.paint(list(101).join('\n'));
    expect(bytes).toMatch(/^\x1b\[2H\x1b\[M\x1b\[23H\x1b\[L/);
    expect(bytes.length).toBeLessThan(80);
  });

  it('asks for one update at once only where a frame is large', () => {
    const compositor = createCompositor({ columns: 80, rows: 24 });
    const large = compositor.paint(Array(24).fill('x'.repeat(80)).join('\n'));
    expect(large.startsWith('\x1b[?2026h')).toBe(true);
    expect(large.endsWith('\x1b[?2026l')).toBe(true);
    expect(compositor.paint(Array(24).fill('x'.repeat(79)).join('\n'))).not.toContain('2026');
  });

  it('paints everything again when asked to, at the new size', async () => {
    const compositor = createCompositor({ columns: 20, rows: 4 });
    compositor.paint('one\ntwo');
    compositor.invalidate({ columns: 10, rows: 3 });
    const terminal = terminalOf({ columns: 10, rows: 3 });
    await seen(terminal, 'left over\r\n\n!');
    expect(await seen(terminal, compositor.paint('one\nand more than fits'))).toEqual(['one', 'and more t', '']);
  });

  it('lets no sequence of a frame through but colours', () => {
    const compositor = createCompositor({ columns: 40, rows: 2 });
    const bytes = compositor.paint('\x1b]0;title\x07a\x1b[2Jb\x1b]52;c;QUJD\x1b\\c\x1bcd\r\x9b31me\x07');
    expect(bytes).toBe('\x1b[Habcd31me\x1b[K\r\n\x1b[K');
  });

  it('does not trust the cursor behind a character that terminals measure differently', () => {
    const compositor = createCompositor({ columns: 20, rows: 1 });
    expect(compositor.paint('👨‍👩‍👧x')).toContain('  \b\b👨‍👩‍👧\x1b[1;3Hx');
  });

  it('keeps the rest of a row in its columns on a terminal that draws a name narrower than others do', async () => {
    const size = { columns: 30, rows: 1 };
    const compositor = createCompositor(size);
    // This terminal's table is of Unicode 6, in which the cup is one column wide.
    const terminal = terminalOf(size);
    await seen(terminal, compositor.paint('database1   ● running'));
    expect(await seen(terminal, compositor.paint('büro ☕ 1   ● running'))).toEqual(['büro ☕  1   ● running']);
    expect(await seen(terminal, compositor.paint('web2        ○ stopped'))).toEqual(['web2        ○ stopped']);
  });
});
