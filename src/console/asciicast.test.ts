import { describe, expect, it } from 'vitest';
import { castHeader, castLine, readCast } from './asciicast.ts';

const HEADER = '{"version": 2, "width": 80, "height": 24}';

describe('a recording', () => {
  it('is written as asciinema does', () => {
    expect(JSON.parse(castHeader({ size: { columns: 80, rows: 24 }, title: 'web1' }, 1_504_467_315_900))).toEqual({
      version: 2,
      width: 80,
      height: 24,
      timestamp: 1_504_467_315,
      title: 'web1',
      env: { TERM: 'xterm-256color' },
    });
    expect(castLine({ at: 0.248_848_4, kind: 'output', text: '\x1b[1mHi\r\n' })).toBe(
      '[0.248848,"o","\\u001b[1mHi\\r\\n"]\n',
    );
    expect(castLine({ at: 4, kind: 'resize', size: { columns: 100, rows: 30 } })).toBe('[4,"r","100x30"]\n');
  });

  it('is read with what is not for the screen left out, and counts what could not be read', () => {
    const lines = [
      HEADER,
      '[0.5, "o", "a"]',
      '[0.6, "i", "typed"]',
      '[0.7, "m", ""]',
      '',
      '[1, "r", "90x30"]',
      '[0.2, "o", "b"]',
      '[1.5, "o',
      'null',
      '[1, "r", "0x99999"]',
    ];
    expect(readCast(lines.join('\n'), 'a.cast')).toEqual({
      size: { columns: 80, rows: 24 },
      title: '',
      left: 2,
      events: [
        { at: 0.5, kind: 'output', text: 'a' },
        { at: 1, kind: 'resize', size: { columns: 90, rows: 30 } },
        { at: 1, kind: 'output', text: 'b' },
      ],
    });
  });

  it.each([
    ['', 'is no asciicast recording'],
    ['hello', 'is no asciicast recording'],
    ['{"version": 3}', 'only version 2 is played'],
    ['{"version": 2, "width": 80}', 'has no size'],
    ['{"version": 2, "width": 1e9, "height": 24}', 'has no size'],
  ])('is refused where it is none: %j', (text, message) => {
    expect(() => readCast(text, 'a.cast')).toThrow(message);
  });
});
