import { describe, expect, it } from 'vitest';
import { clipboardDoubt, clipboardSequence } from './clipboard.ts';

describe('a text for the clipboard', () => {
  it('is one sequence in a terminal', () => {
    expect(clipboardSequence('web1', {})).toBe('\x1b]52;c;d2ViMQ==\x07');
  });

  it('carries no byte of what it copies, whatever that is', () => {
    expect(clipboardSequence('\x1b]0;x\x07', {}).slice(7, -1)).toMatch(/^[A-Za-z0-9+/=]+$/);
  });

  it('is for tmux and, wrapped, for the terminal behind it', () => {
    expect(clipboardSequence('web1', { TMUX: '/tmp/tmux' })).toBe(
      '\x1b]52;c;d2ViMQ==\x07\x1bPtmux;\x1b\x1b]52;c;d2ViMQ==\x07\x1b\\',
    );
  });

  it('passes through screen in pieces that it takes', () => {
    const sent = clipboardSequence('x'.repeat(2_000), { STY: '1.pts' });
    const pieces = sent.split('\x1b\\').filter((piece) => piece !== '');
    expect(pieces.every((piece) => piece.startsWith('\x1bP') && piece.length <= 768)).toBe(true);
    // as few as may be: each has room for most of what screen takes
    expect(pieces).toHaveLength(4);
    expect(pieces.map((piece) => piece.slice(2)).join('')).toBe(clipboardSequence('x'.repeat(2_000), {}));
  });

  it.each([
    [{ TERM: 'xterm-256color' }, undefined],
    [{}, undefined],
    [{ TMUX: '/tmp/tmux', TERM: 'tmux-256color' }, 'tmux has it too (prefix ])'],
    [{ STY: '1.pts', TERM: 'screen' }, 'whether screen hands it on, it does not say'],
    [{ TERM: 'tmux-256color' }, 'tmux needs: set -g set-clipboard on'],
    [{ TERM: 'screen-256color' }, 'tmux needs: set -g set-clipboard on'],
    [{ TERM: 'linux' }, 'the Linux console has no clipboard'],
  ])('says in %j what may be in its way, and nothing where nothing is known: %j', (env, doubt) => {
    expect(clipboardDoubt(env)).toBe(doubt);
  });
});
