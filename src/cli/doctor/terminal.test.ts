import { describe, expect, it } from 'vitest';
import { drawsUnicode } from '../../terminal/facts.ts';
import { type TerminalFacts, terminalFindings } from './terminal.ts';

const good: TerminalFacts = {
  env: { TERM: 'xterm-256color', LANG: 'C.UTF-8' },
  size: { columns: 120, rows: 40 },
  synchronized: true,
  tmuxEscapeMs: undefined,
};
const told = (facts: Partial<TerminalFacts>) =>
  terminalFindings({ ...good, ...facts })
    .filter(({ state }) => state !== 'ok')
    .map(({ state, detail, fix }) => [state, detail, fix]);

describe('the terminal', () => {
  it('is fine as most are', () => {
    expect(told({})).toEqual([]);
    expect(terminalFindings(good).map(({ detail }) => detail)).toEqual([
      'xterm-256color, 120x40',
      '256 colours',
      'UTF-8 (C.UTF-8)',
      'paints frames as a whole (synchronized output)',
    ]);
  });

  it('may be missing where no screen is wanted', () => expect(told({ size: undefined, env: {} })).toEqual([]));

  it.each([
    [{ env: {} }, 'failed', 'TERM is not set, so nothing can be painted', 'export TERM=xterm-256color'],
    [{ env: { TERM: 'dumb' } }, 'failed', 'TERM is dumb, so nothing can be painted', 'export TERM=xterm-256color'],
    [
      { size: { columns: 60, rows: 15 } },
      'warning',
      'xterm-256color, 60x15: below 80x24 less fits on it',
      'make the window larger',
    ],
    [
      { env: { TERM: 'xterm' } },
      'warning',
      'TERM=xterm says that it has 16 colours; nearly all of its kind have more',
      'export TERM=xterm-256color',
    ],
    [
      { env: { TERM: 'xterm-256color', LC_ALL: 'C', LANG: 'de_DE.UTF-8' } },
      'warning',
      'the locale C is not UTF-8, so signs are drawn with ASCII',
      'export LANG=C.UTF-8',
    ],
    [
      { env: { TERM: 'tmux-256color', TMUX: '/tmp/tmux,1,0' }, tmuxEscapeMs: 500 },
      'warning',
      'holds Esc back for 500 ms',
      'tmux set -sg escape-time 10, and the same in ~/.tmux.conf',
    ],
  ] as const)('%j: %s: %s', (facts, ...finding) => expect(told(facts)).toEqual([finding]));

  it.each([
    [{ TERM: 'xterm-256color', LANG: '' }, 'no locale is set; UTF-8 is taken for granted'],
    [{ TERM: 'xterm-256color', LC_ALL: '', LANG: 'C.UTF-8' }, 'UTF-8 (C.UTF-8)'],
    [{ TERM: 'linux', LANG: 'C.UTF-8' }, 'ASCII signs, since linux has few others'],
    [{ TERM: 'vt220', LANG: 'C.UTF-8' }, 'ASCII signs, since vt220 has few others'],
  ])('judges the signs of %j as the screen does: %s', (env, said) => {
    expect(terminalFindings({ ...good, env }).map(({ detail }) => detail)).toContain(said);
    expect(drawsUnicode(env)).toBe(!said.startsWith('ASCII'));
  });

  it('has no colours where NO_COLOR says so, and that is fine', () => {
    expect(told({ env: { ...good.env, NO_COLOR: '1' } })).toEqual([]);
  });
});
