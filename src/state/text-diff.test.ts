import { expect, it } from 'vitest';
import { textDiff } from './text-diff.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, at) => `${at}\n`).join('');

it('shows what is gone and what is new, with the lines around', async () => {
  const before = numbers(9);
  expect(await textDiff(before, before.replace('4\n', 'four\n'), 20)).toEqual([
    'line 3:',
    ' 2',
    ' 3',
    '-4',
    '+four',
    ' 5',
    ' 6',
  ]);
  expect(await textDiff(before, before, 20)).toEqual([]);
  expect(await textDiff('a', 'a\n', 20)).toEqual(['line 1:', '-a', '+a']);
});

it('leaves out what is too much, and says so', async () => {
  const lines = await textDiff('', numbers(100), 10);
  expect(lines).toHaveLength(10);
  expect(lines.at(-1)).toBe('… and 92 more lines');
});
