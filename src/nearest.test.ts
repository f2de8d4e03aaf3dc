import { expect, it } from 'vitest';
import { didYouMean, nearest } from './nearest.ts';

it.each([
  ['hots', 'host'],
  ['pasword', 'password'],
  ['MEMORY', 'memory'],
  ['host', 'host'],
  ['hst', 'host'],
  ['hhost', 'host'],
  ['most', 'host'],
  ['ohst', 'host'],
  ['shot', undefined],
  ['paswrod', 'password'],
  ['passworrdd', 'password'],
  ['pwd', undefined],
  ['hosted', 'host'],
  ['hosts', 'host'],
  ['hoisted', undefined],
  ['mmroy', undefined],
  ['memorandum', undefined],
  ['xyz', undefined],
  ['h', undefined],
  ['', undefined],
  ['x'.repeat(10_000), undefined],
])('takes %s for %s', (typed, meant) => {
  expect(nearest(typed, ['host', 'password', 'memory'])).toBe(meant);
});

it('takes the closest of several, and of two that are as close the first', () => {
  expect(nearest('stopp', ['start', 'stops', 'stop'])).toBe('stops');
  expect(nearest('stopp', ['strip', 'stop'])).toBe('stop');
  expect(nearest('lits', ['list', 'lists'])).toBe('list');
});

it.each([
  ['ca', 'abc', undefined],
  ['abcd', 'badc', undefined],
  ['abcdef', 'badcef', 'badcef'],
  ['kitten', 'sitting', undefined],
  ['kittens', 'sitting', undefined],
  ['abcdefghi', 'xyzdefghi', 'xyzdefghi'],
  ['abcdefghi', 'xyzwefghi', undefined],
  ['ab', 'ba', 'ba'],
  ['a', 'b', 'b'],
])('%s is at most a third of its letters away from %s, or it is not meant', (typed, known, meant) => {
  expect(nearest(typed, [known])).toBe(meant);
});

it('compares words of up to 64 letters', () => {
  const word = 'x'.repeat(64);
  expect(nearest(word, [`${word}y`])).toBe(`${word}y`);
  expect(nearest(`${word}x`, [`${word}x`])).toBeUndefined();
});

it('ends a sentence with the word that was meant, or with nothing', () => {
  expect(didYouMean('hots', ['host'])).toBe(' (did you mean host?)');
  expect(didYouMean('xyz', ['host'])).toBe('');
});
