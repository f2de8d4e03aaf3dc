import { expect, it } from 'vitest';
import { chosenOf } from './chosen.ts';

it.each([
  ['1', 0],
  [' 3 ', 2],
  ['0', undefined],
  ['5', undefined],
  ['save', 0],
  ['SAVE', 0],
  ['c', 2],
  ['sa', undefined],
  ['save a', 1],
  ['x', undefined],
  ['', undefined],
  ['2nd', 3],
])('%j of four choices is the one at %s', (typed, place) => {
  expect(chosenOf(['Save', 'Save as', 'Cancel', '2nd'], typed)).toBe(place);
});
