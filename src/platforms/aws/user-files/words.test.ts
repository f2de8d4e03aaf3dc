import { expect, it } from 'vitest';
import { splitWords } from './words.ts';

/** As Python's shlex.split does. */
it.each<[string, readonly string[] | undefined]>([
  ['', []],
  [' \t\r\n', []],
  ['a', ['a']],
  [' a  b\tc ', ['a', 'b', 'c']],
  ["'a b'c", ['a bc']],
  ["x''y", ['xy']],
  ['\'\' ""', ['', '']],
  ['"a b"', ['a b']],
  ['x"y z"w', ['xy zw']],
  ['"a\\"b"', ['a"b']],
  ['"a\\\\b"', ['a\\b']],
  ['"a\\nb"', ['a\\nb']],
  ["'a\\'b", ['a\\b']],
  ['a\\ b', ['a b']],
  ['\\"a', ['"a']],
  ['a\\\\', ['a\\']],
  ["'a", undefined],
  ['"a', undefined],
  ['"a\\"', undefined],
  ['a\\', undefined],
  ['\\', undefined],
])('divides %j into %j', (line, words) => expect(splitWords(line)).toEqual(words));
