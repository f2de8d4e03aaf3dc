import { describe, expect, it } from 'vitest';
import { colourLevel, loadTheme, themeNames } from './theme.ts';

const names = await themeNames();

describe('themes', () => {
  it.each(names)('%s has every word, in every number of colours', async (name) => {
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
      fix: 'themes are contrast, dark, light, none',
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
