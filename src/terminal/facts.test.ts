import { describe, expect, it } from 'vitest';
import { drawsUnicode, hasFewSigns, localeOf, whyNoScreen } from './facts.ts';

const is = { isTTY: true };
const isNot = {};

describe('a screen', () => {
  it.each([
    [is, is, 'xterm', undefined],
    [is, isNot, 'xterm', 'standard output is no terminal'],
    [isNot, is, 'xterm', 'standard input is no terminal'],
    [isNot, isNot, '', 'standard output is no terminal'],
    [is, is, '', 'TERM is not set'],
    [is, is, undefined, 'TERM is not set'],
    [is, is, 'dumb', 'TERM is dumb'],
    [is, is, 'unknown', 'TERM is unknown'],
  ])('with input %j, output %j and TERM %j is refused with: %s', (stdin, stdout, term, why) => {
    expect(whyNoScreen({ stdin, stdout }, { TERM: term })).toBe(why);
  });
});

describe('signs beyond ASCII', () => {
  it.each([
    [{ TERM: 'xterm' }, true],
    [{ TERM: 'xterm', LANG: 'de_DE.UTF-8' }, true],
    [{ TERM: 'xterm', LANG: 'C.utf8' }, true],
    [{ TERM: 'xterm', LANG: 'de_DE.ISO-8859-1' }, false],
    [{ TERM: 'xterm', LANG: 'C.UTF-8', LC_CTYPE: 'C' }, false],
    [{ TERM: 'xterm', LANG: 'C', LC_CTYPE: 'C.UTF-8', LC_ALL: '' }, true],
    [{ TERM: 'xterm', LC_CTYPE: 'C.UTF-8', LC_ALL: 'C' }, false],
    [{ TERM: 'linux', LANG: 'C.UTF-8' }, false],
    [{ TERM: 'dumb', LANG: 'C.UTF-8' }, false],
    [{ TERM: 'vt220', LANG: 'C.UTF-8' }, false],
    [{ TERM: 'linux-16color' }, true],
    [{}, true],
  ])('can be drawn in %j: %s', (env, can) => {
    expect(drawsUnicode(env)).toBe(can);
  });

  it('are judged by the terminal and the locale, which may both be unknown', () => {
    expect([hasFewSigns({}), hasFewSigns({ TERM: 'linux' }), localeOf({}), localeOf({ LANG: '' })]).toEqual([
      false,
      true,
      undefined,
      undefined,
    ]);
  });
});
