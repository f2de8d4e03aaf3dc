import { expect, it } from 'vitest';
import { commandLine, wordsOfLine } from './shell-word.ts';

it('parts a command line as a shell does, and refuses an open quote', () => {
  const words = ['vm', 'web 1', "it's", '', 'a"b', '\\', '$HOME', 'ü'];
  expect(wordsOfLine(commandLine(words))).toEqual(words);
  expect(wordsOfLine(`  vm  stop "web \\"1\\"" a\\ b x'y'z ''  `)).toEqual(['vm', 'stop', 'web "1"', 'a b', 'xyz', '']);
  expect(wordsOfLine('"a\\nb"')).toEqual(['a\\nb']);
  expect([wordsOfLine(''), wordsOfLine("vm 'stop"), wordsOfLine('a "')]).toEqual([[], undefined, undefined]);
});
