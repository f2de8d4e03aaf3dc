import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import StockOutput from '../../node_modules/ink/build/output.js';
import FastOutput from '../../scripts/build/ink-output.ts';
import { buildOptions, root } from '../../scripts/build/options.ts';
import { createAlphabet } from '../../src/terminal/cells.ts';

/** What a frame looks like on a terminal of this width: glyphs and colours, cell by cell. */
function looks(frame: string, columns: number): string[] {
  const alphabet = createAlphabet();
  return frame.split('\n').map((line) => {
    const { glyphs, styles } = alphabet.parse(line, columns);
    const cells = Array.from(
      glyphs,
      (glyph, column) => `${alphabet.restyle(0, styles[column] ?? 0)}${alphabet.text(glyph)}`,
    );
    return cells.join('').trimEnd();
  });
}

function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const TEXTS = [
  'plain',
  '\x1b[31mred\x1b[39m',
  '\x1b[7mselected row       \x1b[27m',
  'two\nlines',
  '\x1b[1mbold\x1b[22m\n\x1b[2mdim\x1b[22m\nend',
  '\x1b[34mgoes on\nover the line\x1b[39m',
  '│\n│\n│\n│',
  '┌──────┐',
  '仮想機械',
  'büro ☕ 1',
  'e\u0301te\u0301 👨‍👩‍👧',
  '   ',
  'trailing   ',
  '\n\nbelow',
  '▂▄▆ 41%',
];
const SHOUT = (line: string): string => line.toUpperCase();
const NUMBER = (line: string, index: number): string => `${index}:${line}`;

function compare(seed: number): void {
  const random = randomFrom(seed + 1);
  const size = { width: 20 + random(20), height: 4 + random(6) };
  const outputs = [new StockOutput(size), new FastOutput(size)];
  let clips = 0;
  for (let steps = 3 + random(10); steps > 0; steps--) {
    const kind = random(8);
    const x = random(size.width + 4) - 2;
    const y = random(size.height + 2) - 1;
    if (kind === 0) {
      const horizontal = random(3) > 0 ? { x1: x, x2: x + random(15) } : { x1: undefined, x2: undefined };
      const vertical = random(3) > 0 ? { y1: y, y2: y + random(5) } : { y1: undefined, y2: undefined };
      for (const output of outputs) output.clip({ ...horizontal, ...vertical });
      clips++;
    } else if (kind === 1 && clips > 0) {
      for (const output of outputs) output.unclip();
      clips--;
    } else {
      const text = TEXTS[random(TEXTS.length)] ?? '';
      const transformers = [[], [], [], [SHOUT], [NUMBER]][random(5)] ?? [];
      const column = random(2) ? 0 : x;
      for (const output of outputs) output.write(column, y, text, { transformers });
    }
  }
  const [stock, fast] = outputs.map((output) => output.get());
  expect(looks(fast?.output ?? '', size.width), `seed ${seed}`).toEqual(looks(stock?.output ?? '', size.width));
  expect(fast?.height).toBe(stock?.height);
}

it('makes the frames that Ink makes', () => {
  for (let seed = 0; seed < 500; seed++) compare(seed);
});

describe('in the bundle', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'drover-frames-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function framesOf(name: string, plugins: typeof buildOptions.plugins | []): Promise<string[]> {
    const outfile = join(folder, `${name}.mjs`);
    const { outdir, splitting, chunkNames, entryPoints, metafile, sourcemap, ...options } = buildOptions;
    await build({
      ...options,
      entryPoints: [join(root, 'test/build/frames.ts')],
      outfile,
      // Without the other swaps: what Ink is by itself.
      plugins:
        plugins.length > 0 ? plugins : buildOptions.plugins.filter(({ name }) => name === 'without-optional-parts'),
    });
    const { frames } = (await import(pathToFileURL(outfile).href)) as { frames: string[] };
    return frames;
  }

  it('shows the same screens as Ink by itself', async () => {
    const [stock, swapped] = [await framesOf('stock', []), await framesOf('swapped', buildOptions.plugins)];
    expect(stock.length).toBeGreaterThan(8);
    expect(swapped.map((frame) => looks(frame, 80))).toEqual(stock.map((frame) => looks(frame, 80)));
  });
});
