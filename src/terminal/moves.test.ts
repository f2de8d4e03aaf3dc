import { expect, it } from 'vitest';
import { moveTo, type Position } from './moves.ts';

const at = (column: number, row: number): Position => ({ column, row });

it.each([
  [undefined, at(0, 0), '\x1b[H'],
  [undefined, at(0, 4), '\x1b[5H'],
  [undefined, at(9, 0), '\x1b[1;10H'],
  [undefined, at(9, 4), '\x1b[5;10H'],
  [at(3, 2), at(3, 2), ''],
  // along the row
  [at(3, 2), at(4, 2), '\x1b[C'],
  [at(3, 2), at(8, 2), '\x1b[5C'],
  [at(3, 2), at(2, 2), '\b'],
  [at(9, 2), at(6, 2), '\b\b\b'],
  [at(9, 2), at(5, 2), '\x1b[4D'],
  [at(40, 2), at(20, 2), '\x1b[20D'],
  // to its start, and to that of a row below
  [at(40, 2), at(0, 2), '\r'],
  [at(40, 2), at(1, 2), '\r\x1b[C'],
  [at(40, 2), at(0, 3), '\r\n'],
  [at(40, 2), at(0, 4), '\r\n\n'],
  [at(40, 2), at(0, 5), '\x1b[6H'],
  [at(40, 100), at(0, 103), '\r\n\n\n'],
  [at(40, 100), at(0, 104), '\x1b[105H'],
  [at(0, 10), at(0, 13), '\x1b[3B'],
  [at(0, 10), at(0, 14), '\x1b[4B'],
  [at(5, 10), at(0, 14), '\x1b[15H'],
  // up and down in a column
  [at(40, 2), at(40, 3), '\x1b[B'],
  [at(40, 2), at(40, 1), '\x1b[A'],
  [at(40, 12), at(40, 2), '\x1b[10A'],
  [at(40, 2), at(41, 3), '\x1b[B\x1b[C'],
  [at(40, 2), at(52, 13), '\x1b[14;53H'],
  [at(40, 20), at(39, 19), '\x1b[A\b'],
])('goes from %j to %j by %j', (from, to, sent) => {
  expect(moveTo(from, to)).toBe(sent);
});
