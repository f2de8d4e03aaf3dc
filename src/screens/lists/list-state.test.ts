import { expect, it } from 'vitest';
import { createListState } from './list-state.ts';

it('takes steps before its first drawing, and stops at the end once that is known', () => {
  const list = createListState(false);
  list.step(3);
  list.step(-1);
  list.window(10, 5);
  expect(list.at).toBe(2);
  const short = createListState(false);
  short.step(30);
  short.window(4, 5);
  expect(short.at).toBe(3);
});

it('goes up from the end of what it follows, also before its first drawing', () => {
  const list = createListState(true);
  list.step(-2);
  list.step(1);
  expect(list.window(10, 5)).toBe(4);
  expect([list.at, list.atEnd]).toEqual([8, false]);
  list.window(12, 5);
  expect(list.at).toBe(8);
});
