import { expect, it } from 'vitest';
import { type TableColumn, tableLines } from './table.ts';

const COLUMNS: readonly TableColumn[] = [
  { title: 'A', shrinksTo: 3 },
  { title: 'B', shrinksTo: 5 },
  { title: 'NUM', align: 'right' },
];
const ROWS = [
  ['aaaaaaaa', 'bbbbbb', '7'],
  ['a', 'b', '12345'],
];

it.each([
  [undefined, ['A         B         NUM', 'aaaaaaaa  bbbbbb      7', 'a         b       12345']],
  [23, ['A         B         NUM', 'aaaaaaaa  bbbbbb      7', 'a         b       12345']],
  [22, ['A        B         NUM', 'aaaaaa…  bbbbbb      7', 'a        b       12345']],
  [21, ['A       B         NUM', 'aaaaa…  bbbbbb      7', 'a       b       12345']],
  [20, ['A      B         NUM', 'aaaa…  bbbbbb      7', 'a      b       12345']],
  [19, ['A      B        NUM', 'aaaa…  bbbb…      7', 'a      b      12345']],
  [17, ['A    B        NUM', 'aa…  bbbb…      7', 'a    b      12345']],
  [16, ['A    B        N…', 'aa…  bbbb…     …', 'a    b      123…']],
])('a table in %s columns takes them from the widest that may shrink', (room, lines) => {
  expect(tableLines(COLUMNS, ROWS, room)).toEqual(lines);
});

it('has its titles alone without rows, an empty cell for one that is missing, and columns for wide characters', () => {
  expect(tableLines(COLUMNS, [], undefined)).toEqual(['A  B  NUM']);
  expect(tableLines(COLUMNS, [['x']], undefined)).toEqual(['A  B  NUM', 'x']);
  expect(tableLines(COLUMNS, [['日本', 'x', '1']], undefined)).toEqual(['A     B  NUM', '日本  x    1']);
  expect(tableLines(COLUMNS, [['a\x1b[2Jb\n', 'x', '1']], undefined)[1]).toMatch(/^ab ? {2}x/);
});

it('shrinks only what may, whatever is the widest', () => {
  const columns = [{ title: 'FIXED' }, { title: 'S', shrinksTo: 2 }];
  expect(tableLines(columns, [['x'.repeat(12), 'yyyy']], 16)).toEqual(['FIXED         S', `${'x'.repeat(12)}  y…`]);
});
