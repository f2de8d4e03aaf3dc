import { expect, it } from 'vitest';
import { onlyFields } from './only-fields.ts';

const value = {
  a: undefined,
  b: null,
  c: ['x', 'y'],
  d: [{ k: 1 }],
  e: ['x', 1],
  f: 7,
  g: false,
  h: 'text',
  i: {},
  j: [],
};
const details = { value, name: 'id', lines: [['all', 'of it']] } as const;

it('shows all when no field is named', () => expect(onlyFields(details, undefined)).toBe(details));

it('shows the fields that are named, in their order and as text', () => {
  const { value: kept, lines, name } = onlyFields(details, ' f,a b, c d,e,g,h,i,j,');
  expect(Object.keys(kept)).toEqual(['f', 'a', 'b', 'c', 'd', 'e', 'g', 'h', 'i', 'j']);
  expect(kept['c']).toEqual(['x', 'y']);
  expect(name).toBe('id');
  expect(lines).toEqual([
    ['f', '7'],
    ['a', '-'],
    ['b', '-'],
    ['c', 'x y'],
    ['d', '[{"k":1}]'],
    ['e', '["x",1]'],
    ['g', 'false'],
    ['h', 'text'],
    ['i', '{}'],
    ['j', ''],
  ]);
});

it('knows no key that is not there', () => {
  expect(() => onlyFields(details, 'f,toString')).toThrow('there is no key "toString"');
});
