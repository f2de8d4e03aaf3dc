import { expect, it } from 'vitest';
import { wordOf } from './part.ts';

it.each([
  ['preserve', 'preserve'],
  ['rename-restart', ''],
  [undefined, ''],
])('of the word %j of a definition a setting shows %j: only what it could write again', (word, shown) => {
  expect(wordOf(['destroy', 'preserve'], word)).toBe(shown);
});
