/** Words that leave open which user, program or caller is meant, or that have a plainer form. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Write instead: the user, the caller, another program, another client; again, recreate, reload; fix, repair, restore. */
const WORDS = /\b(?:nobody|somebody|whoever|anew|mend|mended|mends)\b/gi;

/** `src/clock.ts:3: somebody`, for each of them. */
const wordsIn = (path: string, text: string): readonly string[] =>
  text
    .split('\n')
    .flatMap((line, index) => Array.from(line.matchAll(WORDS), ([word]) => `src/${path}:${index + 1}: ${word}`));

const SOURCE = new URL('../src/', import.meta.url);

it('names the user, the program or the caller in plain words', () => {
  const found = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.tsx?$/.test(path))
    .flatMap((path) => wordsIn(path, readFileSync(new URL(path, SOURCE), 'utf8')));
  expect(found).toEqual([]);
});

it.each([
  ['clock.ts', 'x\n/** When Somebody sets it. */', ['src/clock.ts:2: Somebody']],
  ['cli/a/b.ts', 'anew; mended', ['src/cli/a/b.ts:1: anew', 'src/cli/a/b.ts:1: mended']],
  ['platforms/aws/a/b.tsx', 'nobody’s', ['src/platforms/aws/a/b.tsx:1: nobody']],
  ['words.ts', 'A renewed amendment.', []],
])('finds them in %s: %j', (path, text, found) => {
  expect(wordsIn(path, text)).toEqual(found);
});
