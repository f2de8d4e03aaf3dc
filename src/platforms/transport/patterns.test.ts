import { describe, expect, it } from 'vitest';
import { matchesPatternList, matchesPatterns } from './patterns.ts';

describe('a pattern of OpenSSH', () => {
  it.each([
    ['db1', 'db1', true],
    ['db1', 'db', false],
    ['db1', 'db12', false],
    ['db1', 'DB1', false],
    ['*', '', true],
    ['*', 'db1', true],
    ['', '', true],
    ['', 'db1', false],
    ['*1', 'db1', true],
    ['*1', 'db1.1', true],
    ['*1', 'db12', false],
    ['db*', 'db', true],
    ['db**', 'db', true],
    ['d*1', 'db1', true],
    ['d*b*1', 'dabb1', true],
    ['d*b*1', 'dab2', false],
    ['*ab', 'aab', true],
    ['a*bc', 'abbc', true],
    ['d?1', 'db1', true],
    ['d?', 'd', false],
    ['?', '', false],
    ['*?', 'd', true],
    ['db1*x', 'db1', false],
  ])('%j and %j: %s', (pattern, name, matches) => expect(matchesPatterns([pattern], name)).toBe(matches));

  it.each([
    ['a,db1', 'db1', true],
    ['a,b', 'db1', false],
    ['!db1,*', 'db1', false],
    ['*,!db1', 'db1', false],
    ['!a', 'db1', false],
    ['!a,*', 'db1', true],
  ])('in the list %j for %j: %s', (list, name, matches) => expect(matchesPatternList(list, name)).toBe(matches));
});
