import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInThemes } from './built-in-themes.ts';
import { loadTheme, themeNames } from './theme.ts';
import { colourLevel } from './theme-colours.ts';
import { COLOUR_WORDS } from './theme-file.ts';

const names = await themeNames();

describe('themes', () => {
  it.each(names)('%s has every word, in every number of colours', async (name) => {
    expect(Object.keys(builtInThemes[name]?.words ?? {})).toEqual(COLOUR_WORDS);
    for (const level of ['truecolor', '256', '16', 'none'] as const) {
      const theme = await loadTheme(name, level);
      expect(theme.paint('running', 'x')).toContain('x');
    }
  });

  it('paints with what the terminal has', async () => {
    expect((await loadTheme('dark', 'truecolor')).paint('running', 'x')).toBe('\x1b[38;2;86;211;100mx\x1b[0m');
    expect((await loadTheme('dark', '256')).paint('running', 'x')).toBe('\x1b[38;5;77mx\x1b[0m');
    expect((await loadTheme('dark', '16')).paint('running', 'x')).toBe('\x1b[32mx\x1b[0m');
    expect((await loadTheme('dark', 'none')).paint('running', 'x')).toBe('x');
  });

  it.each(names)('%s shows where the cursor is without colours too', async (name) => {
    expect((await loadTheme(name, 'none')).paint('cursor', 'x')).toMatch(/^\x1b\[[\d;]*7m/);
  });

  it('names the themes there are when one is not', async () => {
    await expect(loadTheme('blue', '16')).rejects.toMatchObject({
      code: 'config.invalid',
      fix: 'themes are contrast, contrast-light, dark, dusk, light, none',
    });
  });
});

describe('contrast', () => {
  /** Lines, tracks and the like are seen, not read. */
  const DRAWN = new Set<string>(['border', 'gauge-low', 'gauge-middle', 'gauge-high', 'gauge-empty']);
  /** Of WCAG 2.2: 1.4.3 for texts; lines carry nothing that is not said otherwise too, so they must just be there. */
  const READABLE = 4.5;
  const VISIBLE = 1.4;

  it.each(names)('%s can be read on the backgrounds that it is for', (name) => {
    const { grounds = [], words = {} } = builtInThemes[name] ?? {};
    const pairs = Object.entries(words).flatMap(([word, { colour, on }]) =>
      colour === undefined ? [] : (on === undefined ? grounds : [on]).map((ground) => ({ word, colour, ground })),
    );
    const poor = pairs.filter(
      ({ word, colour, ground }) => contrast(colour, ground) < (DRAWN.has(word) ? VISIBLE : READABLE),
    );
    expect(poor).toEqual([]);
  });

  it('knows what WCAG calls black on white, and grey on white', () => {
    expect(contrast('#000000', '#ffffff')).toBe(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });
});

/** The contrast ratio of WCAG 2.2, 1 to 21 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio). */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe("a theme of the user's own", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drover-themes-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const write = (name: string, text: string) => writeFile(join(folder, `${name}.yaml`), text);

  it('stands beside the others, and takes what it leaves out from its base', async () => {
    await write('mine', "base: light\nwords:\n  running: { colour: '#123456' }\n");
    expect(await themeNames(folder)).toEqual([...names, 'mine']);
    const theme = await loadTheme('mine', 'truecolor', folder);
    expect(theme.paint('running', 'x')).toBe('\x1b[38;2;18;52;86mx\x1b[0m');
    expect(theme.paint('danger', 'x')).toBe((await loadTheme('light', 'truecolor')).paint('danger', 'x'));
  });

  it.each([
    ['words: [', /typo\.yaml: /],
    ['words: { runing: {} }', /typo\.yaml: there is no word runing/],
    ["words: { running: '#123456' }", /typo\.yaml: running is like/],
    ["words: { running: { colour: 'green' } }", /typo\.yaml: running: green is no colour like/],
    ['base: blue', /typo\.yaml: there is no theme blue to be its base/],
    ['just text', /typo\.yaml: a theme is words with their colours/],
  ])('says what is wrong with %j', async (text, message) => {
    await write('typo', text);
    await expect(loadTheme('typo', 'truecolor', folder)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(message),
    });
  });
});

describe('colours', () => {
  it.each([
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor' }, 'truecolor'],
    [{ TERM: 'xterm-256color' }, '256'],
    [{ TERM: 'linux' }, '16'],
    [{ TERM: 'dumb' }, 'none'],
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor', NO_COLOR: '1' }, 'none'],
    [{ TERM: 'xterm-256color', NO_COLOR: '' }, '256'],
  ])('%o', (env, level) => expect(colourLevel(env)).toBe(level));
});
