/** Pictures in terminals that can show them: what they are asked, and that what they are sent is the picture, pixel by pixel. */
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createDisplayStream, type DisplayStream } from '../../src/display/display-stream.ts';
import { createFramebuffer, type Framebuffer } from '../../src/display/framebuffer.ts';
import { createGraphics } from '../../src/display/paint/graphics.ts';
import { quadrants } from '../../src/display/paint/quadrants.ts';
import { type RasterPlacing, rasterOf } from '../../src/display/paint/raster.ts';
import { fitted } from '../../src/display/paint/scale.ts';
import { openDisplay } from '../../src/display/rfb/session.ts';
import { PICTURE_QUESTION, type Pictures, readPictureAnswers } from '../../src/terminal/pictures.ts';
import { createTestClock } from '../clock.ts';
import { farthest, pictureTerminal } from './picture-terminal.ts';
import { greeting, playedStream, rectangle } from './played-display.ts';

const CELL = { width: 5, height: 10 };

/** Of 203x87 pixels; `colours` of them are different. */
function striped(colours: number): Framebuffer {
  const frame = createFramebuffer(203, 87);
  for (let y = 0; y < frame.height; y++)
    for (let x = 0; x < frame.width; x++) {
      const value = (x * 7 + y * 13) % colours;
      frame.fill({ x, y, width: 1, height: 1 }, value & 255, (value * 3) & 255, (value >> 2) & 255);
    }
  return frame;
}
const whole = ({ width, height }: Framebuffer): RasterPlacing => ({
  ...{ x: 0, y: 0, width, height },
  ...{ toWidth: width, toHeight: height },
});

describe('a picture as images of the terminal', () => {
  it.each([
    ['kitty', 17_661, 0],
    // Sixels have a hundred steps of each colour.
    ['sixel', 200, 2],
    // Of so many, each image has the 256 that come nearest.
    ['sixel', 17_661, 20],
  ] as const)('is the same picture, pixel by pixel: %s with %i colours', (kind, colours, most) => {
    const frame = striped(colours);
    const terminal = pictureTerminal(41, 9, CELL);
    const graphics = createGraphics(kind, CELL);
    terminal.write(graphics.paint(rasterOf(frame, whole(frame))));
    expect(farthest(terminal, frame)).toBeLessThanOrEqual(most);
    const before = terminal.images();

    frame.fill({ x: 100, y: 50, width: 3, height: 3 }, 0, 255, 0);
    terminal.write(graphics.paint(rasterOf(frame, whole(frame))));
    expect(terminal.images()).toBe(before + 1);
    expect(farthest(terminal, frame)).toBeLessThanOrEqual(most);
    expect(graphics.paint(rasterOf(frame, whole(frame)))).toBe('');
  });

  it('is made smaller by the mean of its pixels', () => {
    const frame = striped(251);
    const small = rasterOf(frame, { ...whole(frame), width: 202, height: 86, toWidth: 101, toHeight: 43 });
    const mean = (x: number, y: number) =>
      [0, 1, 203, 204].reduce((sum, step) => sum + (frame.pixels[(y * 2 * 203 + x * 2 + step) * 4] ?? 0), 0) / 4;
    for (const [x, y] of [
      [0, 0],
      [100, 42],
      [33, 7],
    ] as const)
      expect(small.rgb[(y * 101 + x) * 3]).toBe(Math.round(mean(x, y)));
  });
});

describe('a picture in quarters of cells', () => {
  it('has each quarter in its colour, where a cell has two', () => {
    const frame = createFramebuffer(40, 8);
    // All sixteen ways, in red and blue; a quarter of a cell is two pixels wide and four high.
    for (let way = 0; way < 16; way++) {
      const cell = way % 10;
      const left = cell * 4;
      for (let part = 0; part < 4; part++) {
        const isRed = (way & (1 << part)) !== 0;
        const rect = { x: left + (part & 1) * 2, y: (part >> 1) * 4, width: 2, height: 4 };
        frame.fill(rect, isRed ? 255 : 0, 0, isRed ? 0 : 255);
      }
      const cells = quadrants(frame, { x: 0, y: 0, width: 40, height: 8, columns: 10, rows: 1 });
      const char = String.fromCodePoint(cells.chars[cell] ?? 0);
      const mask = ' ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█'.indexOf(char);
      const shown = [0, 1, 2, 3].map(
        (part) => ((mask & (1 << part) ? cells.foregrounds : cells.backgrounds)[cell] ?? 0) === 0xff0000,
      );
      expect(shown).toEqual([0, 1, 2, 3].map((part) => (way & (1 << part)) !== 0));
    }
  });

  it('keeps its proportions', () => {
    const frame = striped(251);
    expect(fitted(frame, 80, 24)).toMatchObject({ columns: 80, rows: 18 });
  });
});

describe('a terminal', () => {
  const size = { columns: 100, rows: 30 };
  it.each([
    ['kitty', '\x1b_Gi=31;OK\x1b\\\x1b[6;20;10t\x1b[4;600;1000t\x1b[?62;c', true, false, { width: 10, height: 20 }],
    ['xterm with sixel', '\x1b[6;16;8t\x1b[4;480;800t\x1b[?63;1;2;4;6;9;15;22c', false, true, { width: 8, height: 16 }],
    ['one that tells of the whole alone', '\x1b[4;480;800t\x1b[?1;2;4c', false, true, { width: 8, height: 16 }],
    ['one that can nothing', '\x1b[?1;2c', false, false, undefined],
    ['one that refuses kitty', '\x1b_Gi=31;ENOTSUPPORTED\x1b\\\x1b[?1;2c', false, false, undefined],
    ['one whose cells are none', '\x1b[6;0;8t\x1b[?4c', false, true, undefined],
    ['one where keys are typed meanwhile', 'a\x1b[6;16;8tb\x1b[A\x1b[?64;4cc', false, true, { width: 8, height: 16 }],
  ])('is understood: %s', (_name, said, hasKitty, hasSixel, cell) => {
    expect(readPictureAnswers(said.slice(0, -1).replace(/c$/, ''), size)).toBeUndefined();
    expect(readPictureAnswers(said, size)).toEqual({ hasKitty, hasSixel, cell });
  });
});

describe('a display', () => {
  const opened: DisplayStream[] = [];
  afterEach(() => {
    for (const { stream } of opened.splice(0)) stream.destroy();
  });
  const frame = striped(97);

  /** What is written to a terminal of 41x10 cells. */
  async function show(pictures?: Pictures) {
    const bytes = Buffer.concat([greeting(203, 87), rectangle(0, 0, 203, 87, 0, frame.pixels)]);
    const link = playedStream(bytes);
    const display = await openDisplay(link, { password: undefined, host: 'x' });
    const shown = createDisplayStream(display, {
      ...{ columns: 41, rows: 10, depth: 'truecolor', pictures, clock: createTestClock() },
    });
    opened.push(shown);
    let written = '';
    shown.stream.on('data', (chunk: Buffer) => {
      written += chunk.toString();
    });
    const taken = async (): Promise<string> => {
      for (let turn = 0; turn < 20; turn++) await setImmediate();
      const text = written;
      written = '';
      return text;
    };
    return { ...shown, link, taken };
  }
  const KITTY = '\x1b_Gi=31;OK\x1b\\\x1b[6;10;5t\x1b[?62c';
  const SIXEL = '\x1b[6;10;5t\x1b[?62;4c';

  it.each([
    ['kitty', KITTY, 0],
    ['sixel', SIXEL, 2],
  ])('asks the terminal, and shows its picture as that can: %s', async (_kind, answer, most) => {
    const { stream, taken, link } = await show();
    expect(await taken()).toContain(PICTURE_QUESTION);
    // The answer comes in pieces, with a key in between.
    for (const piece of [answer.slice(0, 9), answer.slice(9), 'x']) stream.write(piece);
    const terminal = pictureTerminal(41, 10, CELL);
    terminal.write(await taken());
    expect(farthest(terminal, frame)).toBeLessThanOrEqual(most);
    // The answer is not typed, the key is: pressed and released.
    expect(link.said.subarray(-16)).toEqual(Buffer.from([4, 1, 0, 0, 0, 0, 0, 0x78, 4, 0, 0, 0, 0, 0, 0, 0x78]));
    // Nothing changes: nothing is written.
    expect(await taken()).toBe('');
  });

  it.each([
    ['that says that it can neither', undefined, '\x1b[6;10;5t\x1b[?1;2c', /[▘▝▀▖▌▞▛▗▚▐▜▄▙▟]/],
    ['that says nothing', undefined, '', /[▘▝▀▖▌▞▛▗▚▐▜▄▙▟]/],
  ] as const)('in a terminal %s is drawn in quarters of cells', async (_what, pictures, answer, wanted) => {
    const { stream, taken } = await show(pictures);
    if (answer) stream.write(answer);
    const text = await taken();
    expect(text).toMatch(wanted);
    expect(text.replace(PICTURE_QUESTION, '')).not.toMatch(/\x1b_G|\x1bP/);
  });

  it.each([
    ['quadrants', /[▘▝▖▌▞▛▗▚▐▜▙▟]/],
    ['halves', /▀/],
  ] as const)('is drawn as the user wants it, and nothing is asked: %s', async (pictures, wanted) => {
    const { taken } = await show(pictures);
    const text = await taken();
    expect(text).not.toContain('\x1b_G');
    expect(text).toMatch(wanted);
  });

  it('is drawn in sixels where the user wants them, although kitty is there', async () => {
    const { stream, taken } = await show('sixel');
    await taken();
    stream.write(KITTY);
    expect(await taken()).toMatch(/\x1bP0;1q/);
  });

  it('leaves the last line free for its menu, and takes its images away in another size', async () => {
    const { stream, resize, taken } = await show();
    stream.write(KITTY);
    await taken();
    stream.write('\x1c');
    const menu = await taken();
    expect(menu).toContain('\x1b[10;1H');
    expect(menu).not.toContain('a=T');
    resize({ columns: 20, rows: 6 });
    const text = await taken();
    expect(text).toContain(PICTURE_QUESTION);
    expect(text.indexOf('a=d')).toBeLessThan(text.indexOf('a=T'));
    const terminal = pictureTerminal(20, 6, CELL);
    terminal.write(text);
    expect(terminal.images()).toBeGreaterThan(0);
  });
});
