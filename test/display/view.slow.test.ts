/** A display in a terminal: what xterm shows of what the stream writes, and what the display is told. */
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Terminal } from '@xterm/headless';
import { afterEach, describe, expect, it } from 'vitest';
import { emptyCells } from '../../src/display/cells.ts';
import { createDisplayStream } from '../../src/display/display-stream.ts';
import { createFramebuffer } from '../../src/display/framebuffer.ts';
import { chordOf } from '../../src/display/keys.ts';
import type { Depth } from '../../src/display/paint/colours.ts';
import { createPainter } from '../../src/display/paint/painter.ts';
import { fitted, scaled } from '../../src/display/paint/scale.ts';
import { openDisplay } from '../../src/display/rfb/session.ts';
import { createTestClock } from '../clock.ts';
import { farthest, ROUNDING } from './cell-colours.ts';
import { greeting, openRecording, playedStream, rectangle } from './played-display.ts';
import { closeShown, show } from './shown-display.ts';

afterEach(closeShown);

describe('a text screen', () => {
  it('is text in the terminal, its cursor with it', async () => {
    const { lines, see, terminal } = await show(await openRecording('zrle'), 80, 25);
    await see(9, 'No bootable device.');
    expect(lines().slice(0, 10)).toEqual([
      'SeaBIOS (version 1.16.2-debian-1.16.2-1)',
      'Booting from Hard Disk...',
      'Boot failed: could not read the boot disk',
      '',
      'Booting from Floppy...',
      'Boot failed: could not read the boot disk',
      '',
      'Booting from DVD/CD...',
      'Boot failed: Could not read from CDROM (code 0003)',
      'No bootable device.',
    ]);
    const cell = terminal.buffer.active.getLine(0)?.getCell(0);
    expect(cell?.getFgColor()).toBe(0xa8a8a8);
  });

  it('shows its last lines in a terminal that is lower, and all of it again in a higher one', async () => {
    const { resize, see } = await show(await openRecording('zrle'), 60, 5);
    await see(3, 'No bootable device.');
    resize({ columns: 80, rows: 25 });
    await see(9, 'No bootable device.');
    await see(0, 'SeaBIOS (version 1.16.2-debian-1.16.2-1)');
  });

  it('is a picture when that is wanted', async () => {
    const { stream, see } = await show(await openRecording('zrle'), 80, 24);
    await see(9, 'No bootable device.');
    stream.write('\x1c');
    await see(23, /^ d ctrl-alt-del .* t text {2}c copy {2}\/ find/);
    stream.write('t');
    await see(0, /^▀+$/);
  });
});

describe('the pointer of a display that does not draw it', () => {
  it('is in the picture where the mouse was put, and nowhere else', async () => {
    const red = Buffer.of(255, 0, 0, 0);
    const shape = rectangle(0, 0, 2, 1, -239, Buffer.concat([red, red]), Buffer.of(0x40));
    const black = rectangle(0, 0, 8, 8, 0, Buffer.alloc(8 * 8 * 4));
    const stream = playedStream(Buffer.concat([greeting(8, 8), shape, black]));
    const display = await openDisplay(stream, { password: undefined, host: 'x' });
    const shown = await show(display, 8, 4);
    const { terminal, settle } = shown;
    const reds = () =>
      Array.from({ length: 32 }, (_, at) => terminal.buffer.active.getLine(at >> 3)?.getCell(at & 7)).flatMap(
        (cell, at) =>
          [cell?.getFgColor(), cell?.getBgColor()].flatMap((colour, half) =>
            colour === 0xff0000 ? [`${at & 7},${(at >> 3) * 2 + half}`] : [],
          ),
      );
    for (const [typed, places] of [
      ['\x1b[<0;3;2M', ['4,3']],
      ['\x1b[<32;5;1M', ['6,1']],
      ['\x1b[<0;8;4m', []],
    ] as const) {
      shown.stream.write(typed);
      while (JSON.stringify(reds()) !== JSON.stringify(places)) await settle();
      expect(display.frame().pixels.every((byte, at) => at % 4 === 3 || byte === 0)).toBe(true);
    }
  });
});

describe('a display that shows a picture', () => {
  it('is zoomed into, moved about, and clicked where it is seen', async () => {
    const [RED, GREEN, BLUE, WHITE] = [0xff0000, 0x00ff00, 0x0000ff, 0xffffff] as const;
    const quarters = [RED, GREEN, BLUE, WHITE].map((colour, at) => {
      const pixel = Buffer.of(colour >> 16, (colour >> 8) & 255, colour & 255, 0);
      return rectangle((at & 1) * 48, (at >> 1) * 32, 48, 32, 0, Buffer.concat(new Array<Buffer>(48 * 32).fill(pixel)));
    });
    const link = playedStream(Buffer.concat([greeting(96, 64), ...quarters]));
    const { stream, terminal, settle } = await show(
      await openDisplay(link, { password: undefined, host: 'x' }),
      48,
      16,
    );
    const seeCorners = async (...wanted: readonly number[]): Promise<void> => {
      const corners = () =>
        [0, 1, 2, 3].map((at) =>
          terminal.buffer.active
            .getLine((at >> 1) * 15)
            ?.getCell((at & 1) * 47)
            ?.getFgColor(),
        );
      while (JSON.stringify(corners()) !== JSON.stringify(wanted)) await settle();
    };
    const choose = (key: string) => {
      stream.write('\x1c');
      stream.write(key);
    };
    await seeCorners(RED, GREEN, BLUE, WHITE);
    choose('+');
    choose('\x1b[D');
    await seeCorners(RED, RED, BLUE, BLUE);
    choose('\x1b[A');
    await seeCorners(RED, RED, RED, RED);
    stream.write('\x1b[<0;48;16M');
    await settle();
    // The last cell is the end of the first quarter.
    expect([link.said.at(-6), link.said.at(-5), link.said.readUInt16BE(link.said.length - 4)]).toEqual([5, 1, 48]);
    choose('-');
    await seeCorners(RED, GREEN, BLUE, WHITE);
  });
});

describe('the text of a display', () => {
  async function textScreen(columns = 80, rows = 25) {
    const shown = await show(await openRecording('zrle'), columns, rows);
    await shown.see(rows === 25 ? 9 : rows - 2, 'No bootable device.');
    shown.stream.write('\x1c');
    return shown;
  }
  /** The numbers of the lines and columns where cells are marked, and how. */
  function marks(terminal: Terminal): readonly string[] {
    const found: string[] = [];
    for (let row = 0; row < terminal.rows - 1; row++)
      for (let column = 0; column < terminal.cols; column++) {
        const colour = terminal.buffer.active.getLine(row)?.getCell(column)?.getBgColor();
        if (colour === 0xffd700 || colour === 0x9a8400) found.push(`${row},${column} ${colour === 0xffd700}`);
      }
    return found;
  }

  it('is found, and marked where it is, one after the other', async () => {
    const { stream, see, terminal, settle } = await textScreen();
    for (const key of ['/', 'B', 'o', 'o', 't', ' ', 'f']) stream.write(key);
    await see(24, / find: Boot f_ {2}1 of 3 {2}enter next {2}esc ends/);
    await settle();
    const first = [0, 1, 2, 3, 4, 5].map((at) => `2,${at} true`);
    expect(marks(terminal).slice(0, 6)).toEqual(first);
    expect(marks(terminal)).toHaveLength(18);
    stream.write('\r');
    await see(24, /2 of 3/);
    expect(marks(terminal).slice(6, 12)).toEqual([0, 1, 2, 3, 4, 5].map((at) => `5,${at} true`));
    stream.write('\x7f\x7f\x7f\x7f\x7f\x7fzz');
    await see(24, /zz_ {2}nothing found/);
    expect(marks(terminal)).toEqual([]);
    stream.write('\x1b[27u');
    await see(24, '');
  });

  it('that is out of sight is brought into sight', async () => {
    const { stream, see } = await textScreen(60, 5);
    for (const key of ['/', 'S', 'e', 'a', 'B']) stream.write(key);
    await see(0, 'SeaBIOS (version 1.16.2-debian-1.16.2-1)');
  });

  it('is copied to the clipboard of the terminal', async () => {
    const { stream, see, copied } = await textScreen();
    stream.write('c');
    await see(24, / 10 lines are copied/);
    expect(copied()).toMatch(/^SeaBIOS \(version [\s\S]*No bootable device\.$/);
  });
});

/** Of 96x64 pixels with another colour in each. */
function colourful() {
  const frame = createFramebuffer(96, 64);
  for (let y = 0; y < 64; y++)
    for (let x = 0; x < 96; x++) frame.fill({ x, y, width: 1, height: 1 }, x * 2, y * 4, (x * y) % 256);
  return frame;
}

describe('a picture', () => {
  it('says a colour once as long as it stays, and none of blanks', () => {
    const cells = emptyCells(5, 1);
    cells.chars.set([...'ab cd'].map((char) => char.codePointAt(0) ?? 0));
    cells.foregrounds.set([0xff0000, 0xff0000, 0x0000ff, 0xff0000, 0x00ff00]);
    expect(createPainter('truecolor').paint(cells)).toBe(
      '\x1b[m\x1b[2J\x1b[1;1H\x1b[38;2;255;0;0;48;2;0;0;0mab c\x1b[38;2;0;255;0md\x1b[m',
    );
  });

  it.each<readonly [Depth, number, number]>([
    ['truecolor', 96, 32],
    ['truecolor', 40, 12],
    ['256', 48, 16],
    ['16', 48, 16],
  ])('has the colours of its pixels in each half of a cell: %s, %dx%d', async (depth, columns, rows) => {
    const frame = colourful();
    const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true });
    const cells = scaled(frame, fitted(frame, columns, rows));
    await new Promise<void>((resolve) => terminal.write(createPainter(depth).paint(cells), resolve));
    expect(farthest(terminal, frame, cells)).toBeLessThanOrEqual(ROUNDING[depth]);
  });
});

describe('what is typed', () => {
  /** The keys that a display was told of, as `down keysym` and `up keysym`; numbers are ms that pass. */
  async function typed(...chunks: readonly (string | number)[]): Promise<string[]> {
    const clock = createTestClock();
    const link = playedStream(Buffer.concat([greeting(96, 64), rectangle(0, 0, 1, 1, 0, Buffer.alloc(4))]));
    const { stream, settle } = await show(await openDisplay(link, { password: undefined, host: 'x' }), 48, 16, clock);
    const before = link.said.length;
    for (const chunk of chunks)
      if (typeof chunk === 'number') await clock.pass(chunk);
      else {
        stream.write(chunk);
        await settle();
      }
    const said = link.said.subarray(before);
    const events: string[] = [];
    for (let at = 0; at < said.length; at += said[at] === 4 ? 8 : 6)
      events.push(
        said[at] === 4
          ? `${said[at + 1] === 1 ? 'down' : 'up'} ${said.readUInt32BE(at + 4).toString(16)}`
          : `at ${said.readUInt16BE(at + 2)},${said.readUInt16BE(at + 4)} ${said[at + 1]}`,
      );
    return events;
  }

  it('is pressed and released, with the keys that are held with it', async () => {
    expect(await typed('a')).toEqual(['down 61', 'up 61']);
    expect(await typed('A')).toEqual(['down ffe1', 'down 41', 'up 41', 'up ffe1']);
    expect(await typed('\r')).toEqual(['down ff0d', 'up ff0d']);
    expect(await typed('\x03')).toEqual(['down ffe3', 'down 63', 'up 63', 'up ffe3']);
    expect(await typed('\x1b[1;5D')).toEqual(['down ffe3', 'down ff51', 'up ff51', 'up ffe3']);
    expect(await typed('\x1bOP')).toEqual(['down ffbe', 'up ffbe']);
    expect(await typed('é')).toEqual(['down e9', 'up e9']);
    expect(await typed('€')).toEqual(['down 10020ac', 'up 10020ac']);
  });

  it('is a paste, key by key', async () => {
    expect(await typed('\x1b[200~a\nb\x1b[201~', 1_000)).toEqual([
      'down 61',
      'up 61',
      'down ff0d',
      'up ff0d',
      'down 62',
      'up 62',
    ]);
  });

  it('is a whole paste, though its end comes later; as slowly as a keyboard, until another key', async () => {
    expect(await typed('\x1b[200~a', 500, 'b\x1b[201~', 1_000)).toEqual(['down 61', 'up 61', 'down 62', 'up 62']);
    expect(await typed('\x1b[200~abc\x1b[201~', 30, 'x', 1_000)).toEqual([
      ...['down 61', 'up 61', 'down 62', 'up 62', 'down 78', 'up 78'],
    ]);
    expect(await typed(`\x1b[200~${'a'.repeat(5_000)}\x1b[201~`, 1_000)).toEqual([]);
  });

  it('is Esc, and after it any key', async () => {
    const esc = ['down ff1b', 'up ff1b'];
    expect(await typed('\x1b', 1_000, 'O', 1_000)).toEqual([...esc, 'down ffe1', 'down 4f', 'up 4f', 'up ffe1']);
    expect(await typed('\x1b', 1_000, '[', 1_000)).toEqual([...esc, 'down 5b', 'up 5b']);
  });

  it('is ctrl-alt-del, another console, or the menu key itself, from the menu', async () => {
    expect(await typed('\x1c', 'd')).toEqual(['down ffe3', 'down ffe9', 'down ffff', 'up ffff', 'up ffe9', 'up ffe3']);
    expect(await typed('\x1c', '3')).toEqual(['down ffe3', 'down ffe9', 'down ffc0', 'up ffc0', 'up ffe9', 'up ffe3']);
    expect(await typed('\x1c', '\\')).toEqual(['down ffe3', 'down 5c', 'up 5c', 'up ffe3']);
    expect(await typed('\x1c', 'q', 'q')).toEqual(['down 71', 'up 71']);
  });

  it('are clicks at the pixel that the cell shows', async () => {
    expect(await typed('\x1b[<0;25;9M', '\x1b[<0;25;9m')).toEqual(['at 49,34 1', 'at 49,34 0']);
    expect(await typed('\x1b[<64;1;1M')).toEqual(['at 1,2 8', 'at 1,2 0']);
    // Released beside the picture, and with the menu open.
    expect(await typed('\x1b[<0;25;9M', '\x1c', '\x1b[<0;99;99m')).toEqual(['at 49,34 1', 'at 95,62 0']);
  });

  it('are no keys that a keyboard does not have', () => {
    expect(chordOf({ name: 'clear', ctrl: false, alt: false, shift: false })).toBeUndefined();
  });
});

describe('a slow terminal', () => {
  it('is sent the newest picture when it has shown the one before, and the display draws none for it meanwhile', async () => {
    const pictures = Array.from({ length: 50 }, (_, at) => rectangle(0, 0, 2, 2, 0, Buffer.alloc(16, at * 5)));
    const link = playedStream(Buffer.concat([greeting(2, 2), ...pictures]));
    const { stream } = createDisplayStream(await openDisplay(link, { password: undefined, host: 'x' }), {
      columns: 2,
      rows: 1,
      depth: 'truecolor',
      pictures: 'halves',
      clock: createTestClock(),
    });
    const asked = (): number => (link.said.length - 12 - 2 - 20 - 4 - 11 * 4) / 10;
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    expect(asked()).toBe(0);
    const shown: string[] = [];
    stream.on('data', (bytes: Buffer) => void shown.push(bytes.toString()));
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    // It has taken one, and has not said that it has shown it.
    expect(asked()).toBe(1);
    expect(shown.filter((text) => text.endsWith('\x1b[5n'))).toHaveLength(1);
    stream.write('x\x1b[');
    stream.write('0n');
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    expect(shown.filter((text) => text.endsWith('\x1b[5n'))).toHaveLength(2);
    stream.destroy();
  });

  it('that does not answer is sent all the same, after three seconds for the first, and is not asked again', async () => {
    const pictures = Array.from({ length: 50 }, (_, at) => rectangle(0, 0, 2, 2, 0, Buffer.alloc(16, at * 5)));
    const link = playedStream(Buffer.concat([greeting(2, 2), ...pictures]));
    const clock = createTestClock();
    const options = { columns: 2, rows: 1, depth: 'truecolor', pictures: 'halves', clock } as const;
    const { stream } = createDisplayStream(await openDisplay(link, { password: undefined, host: 'x' }), options);
    let text = '';
    stream.on('data', (bytes: Buffer) => {
      text += bytes.toString();
    });
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    const first = text.length;
    await clock.pass(3_000);
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    expect(text.length).toBeGreaterThan(first);
    expect(text.split('\x1b[5n')).toHaveLength(2);
    stream.destroy();
  });

  it('and a display that ends, end the stream with the reason', async () => {
    const link = playedStream(Buffer.concat([greeting(2, 2), Buffer.of(99)]));
    const { stream } = createDisplayStream(await openDisplay(link, { password: undefined, host: 'x' }), {
      columns: 2,
      rows: 1,
      depth: 'none',
      pictures: 'halves',
      clock: createTestClock(),
    });
    stream.resume();
    const [error] = await once(stream, 'error');
    expect(error).toMatchObject({ code: 'host.protocol' });
    expect(link.destroyed).toBe(true);
  });
});
