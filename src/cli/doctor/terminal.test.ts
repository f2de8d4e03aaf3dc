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

  const xterm = { ...good.env };
  it.each<[Partial<TerminalFacts>, string]>([
    [{ size: undefined }, 'terminal ok: none here; only the screen needs one'],
    [{ size: { columns: 80, rows: 24 } }, 'terminal ok: xterm-256color, 80x24'],
    [{ size: { columns: 79, rows: 24 } }, 'terminal warning: xterm-256color, 79x24: below 80x24 less fits on it'],
    [{ size: { columns: 80, rows: 23 } }, 'terminal warning: xterm-256color, 80x23: below 80x24 less fits on it'],
    [{ env: { ...xterm, NO_COLOR: '1' } }, 'terminal ok: no colours, as NO_COLOR asks'],
    [{ env: { ...xterm, COLORTERM: 'truecolor' } }, 'terminal ok: all colours'],
    [{ env: xterm }, 'terminal ok: 256 colours'],
    [{ env: { TERM: 'vt220' } }, 'terminal ok: TERM=vt220 says that it has 16 colours'],
    [{ synchronized: false }, 'terminal ok: does not paint frames as a whole (synchronized output)'],
    [{ synchronized: undefined }, 'terminal ok: does not say whether it paints frames as a whole'],
    [
      { env: { ...xterm, TMUX: 'x' } },
      'tmux ok: its prefix is ctrl-b unless you changed it; keys: { preset: tmux-safe } leaves that free',
    ],
    [{ env: { ...xterm, TMUX: 'x' }, tmuxEscapeMs: 51 }, 'tmux warning: holds Esc back for 51 ms'],
    [{ env: { ...xterm, STY: 'x' } }, 'screen ok: its key is ctrl-a, which drover leaves free'],
  ])('is told of with %j: %s', (facts, line) => {
    const lines = terminalFindings({ ...good, ...facts }).map(
      ({ about, state, detail }) => `${about} ${state}: ${detail}`,
    );
    expect(lines).toContain(line);
  });

  it('is no multiplexer where none says so, and 50 ms behind an escape are well', () => {
    expect(terminalFindings(good).every(({ about }) => about === 'terminal')).toBe(true);
    expect(told({ env: { ...good.env, TMUX: 'x' }, tmuxEscapeMs: 50 })).toEqual([]);
    expect(terminalFindings({ ...good, env: {} }).map(({ about }) => about)).toEqual(['terminal']);
  });
});
