import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createThemes, loadTheme, themeNames, themesFolder } from './theme.ts';
import { type ColourLevel, colourLevel, opening, type WordStyle } from './theme-colours.ts';

describe('the sequence of a style', () => {
  const full: WordStyle = {
    colour: '#010203',
    on: '#FF00aA',
    ansi: 'bright-red',
    'on-ansi': 'blue',
    look: ['bold', 'underline'],
    plain: ['inverse', 'dim'],
  };
  it.each<[WordStyle, ColourLevel, string]>([
    [full, 'truecolor', '\x1b[1;4;38;2;1;2;3;48;2;255;0;170m'],
    [full, '256', '\x1b[1;4;38;5;16;48;5;199m'],
    [full, '16', '\x1b[1;4;91;44m'],
    [full, 'none', '\x1b[1;4;7;2m'],
    [{}, 'truecolor', ''],
    [{}, '16', ''],
    [{ plain: ['bold'] }, '16', ''],
    [{ colour: '#010203' }, '16', ''],
    [{ colour: '#010203' }, 'none', ''],
    [{ ansi: 'red' }, 'truecolor', ''],
    [{ ansi: 'black' }, '16', '\x1b[30m'],
    [{ ansi: 'white' }, '16', '\x1b[37m'],
    [{ ansi: 'green', 'on-ansi': 'bright-yellow' }, '16', '\x1b[32;103m'],
    [{ ansi: 'cyan', 'on-ansi': 'magenta' }, '16', '\x1b[36;45m'],
  ])('%o in %s', (style, level, sequence) => expect(opening(style, level, 'x')).toBe(sequence));

  // The nearest of xterm's 256 colours: 16 to 231 are a cube of 0, 95, 135, 175, 215 and 255; 232 to 255 are greys from 8 in tens.
  it.each([
    ['#000000', 16],
    ['#ffffff', 231],
    ['#ff0000', 196],
    ['#00ff00', 46],
    ['#0000ff', 21],
    ['#5f87af', 67],
    ['#d7ff5f', 191],
    ['#080808', 232],
    ['#121212', 233],
    ['#eeeeee', 255],
    ['#f4f4f4', 255],
    ['#808080', 244],
    ['#2f2f2f', 236],
    ['#737373', 243],
    ['#56d364', 77],
    ['#303060', 238],
    ['#0a0a14', 233],
  ])('%s is %d of 256', (colour, index) => expect(opening({ colour }, '256', 'x')).toBe(`\x1b[38;5;${index}m`));

  it.each<[WordStyle, ColourLevel, string]>([
    [{ look: ['blink'] }, '16', 'mine: there is no look blink'],
    [{ plain: ['blink'] }, 'none', 'mine: there is no look blink'],
    [{ ansi: 'orange' }, '16', 'mine: there is no colour orange'],
    [{ 'on-ansi': 'bright-bright-red' }, '16', 'mine: there is no colour bright-bright-red'],
    [{ colour: '#12345' }, '256', 'mine: #12345 is no colour like #1f4f82'],
    [{ on: 'red' }, 'truecolor', 'mine: red is no colour like #1f4f82'],
  ])('%o is refused in %s', (style, level, message) => {
    expect(() => opening(style, level, 'mine')).toThrow(expect.objectContaining({ code: 'config.invalid', message }));
  });
});

it.each([
  [{}, '16'],
  [{ COLORTERM: '24bit' }, 'truecolor'],
  [{ COLORTERM: 'yes', TERM: 'xterm-direct' }, '256'],
  [{ TERM: 'dumb', COLORTERM: 'truecolor' }, 'none'],
  [{ TERM: 'xterm' }, '16'],
])('a terminal that says %o shows %s', (env, level) => expect(colourLevel(env)).toBe(level));

describe("themes in a user's folder", () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drover-own-themes-'));
    await writeFile(join(folder, 'zeta.yaml'), 'words: {}');
    await writeFile(join(folder, 'alpha.yaml'), 'base: 7\n');
    await writeFile(join(folder, 'dark.yaml'), "words: { running: { colour: '#000000' } }");
    await writeFile(join(folder, 'notes.txt'), '');
    await writeFile(join(folder, 'nulls.yaml'), 'words: { running: }');
    await writeFile(join(folder, 'words.yaml'), 'words: [a]');
    await writeFile(join(folder, 'list.yaml'), '[a]');
    await writeFile(join(folder, 'empty.yaml'), '');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('come behind those of drover in the order of their names; a file of another kind is none', async () => {
    const own = await themeNames();
    const names = [...own, 'alpha', 'empty', 'list', 'nulls', 'words', 'zeta'];
    expect(await themeNames(folder)).toEqual(names);
    expect(await createThemes('16', folder).names()).toEqual(names);
    expect(await themeNames(join(folder, 'nowhere'))).toEqual(own);
    expect(themesFolder('/etc/drover/config.yaml')).toBe('/etc/drover/themes');
  });

  it('have the words of dark where they say nothing, and take no name of drover away', async () => {
    const dark = await loadTheme('dark', 'truecolor');
    for (const name of ['zeta', 'alpha', 'dark']) {
      const theme = await createThemes('truecolor', folder).load(name);
      expect([theme.name, theme.paint('running', 'x')]).toEqual([name, dark.paint('running', 'x')]);
    }
    expect([dark.paint('running', ''), (await loadTheme('none', 'none')).paint('text', 'x')]).toEqual(['', 'x']);
  });

  it.each([
    ['words', 'a theme is words with their colours', 'drover help colours shows the words'],
    ['list', 'a theme is words with their colours', 'drover help colours shows the words'],
    ['empty', 'a theme is words with their colours', 'drover help colours shows the words'],
    ['nulls', "running is like { colour: '#58a6ff' }", undefined],
  ])('%s.yaml is told what it is not', async (name, message, fix) => {
    const error = await loadTheme(name, '16', folder).catch((one) => one);
    expect(error).toMatchObject({ code: 'config.invalid', message: `${join(folder, `${name}.yaml`)}: ${message}` });
    expect(error.fix).toBe(fix);
  });

  it('are reported by name when one is not there', async () => {
    await expect(loadTheme('nope', '16', folder)).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'there is no theme nope',
      fix: expect.stringMatching(/^themes are contrast, .*, none, alpha, empty, list, nulls, words, zeta$/),
    });
    await expect(loadTheme('alpha', '16')).rejects.toMatchObject({ message: 'there is no theme alpha' });
  });
});
