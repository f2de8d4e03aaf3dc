import { describe, expect, it } from 'vitest';
import type { KindKey, KindRow } from '../kind-spec.ts';
import { compareValues, passes } from './row-filter.ts';

const keys: readonly KindKey[] = [
  { id: 'name', type: 'text', help: '' },
  { id: 'size', type: 'size', help: '' },
  { id: 'vlan', type: 'count', help: '' },
  { id: 'active', type: 'flag', help: '' },
  { id: 'users', type: 'texts', help: '' },
];
const row: KindRow = { id: 'h/x', name: 'Data1', size: 10 * 2 ** 30, vlan: 30, active: false, users: ['web1', 'db2'] };

describe('a filter of a table', () => {
  it.each([
    ['data', true],
    ['DATA1', true],
    ['db2', true],
    ['30', false],
    ['no', false],
    ['active:no', true],
    ['active:yes', false],
    ['users:web', true],
    ['size>9G', true],
    ['size>10G', false],
    ['size>=10GiB', true],
    ['size<10G', false],
    ['size<=10G', true],
    ['SIZE<11G', true],
    ['vlan>29', true],
    ['vlan<30', false],
    ['vlan>x', false],
    ['name>5', false],
    ['free>1G', false],
    ['data !size>11G', true],
    ['!data', false],
    ['!', true],
    ['', true],
  ])('%j lets it through: %s', (filter, does) => expect(passes(row, filter, keys)).toBe(does));

  it('compares nothing that is not known', () => {
    const unknown: KindRow = { id: 'h/y', name: 'y', size: undefined };
    expect(['size>0', 'size<1T', 'size<=1T'].map((filter) => passes(unknown, filter, keys))).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('the order of a table', () => {
  const sorted = (values: readonly KindRow[string][], descending: boolean) =>
    values.toSorted((a, b) => compareValues(a, b, descending));

  it('has what is not known at its end, whichever way it is turned', () => {
    expect(sorted([undefined, 3, undefined, 20, 1], false)).toEqual([1, 3, 20, undefined, undefined]);
    expect(sorted([undefined, 3, undefined, 20, 1], true)).toEqual([20, 3, 1, undefined, undefined]);
    expect(sorted(['b', undefined, 'a'], true)).toEqual(['b', 'a', undefined]);
  });

  it('counts numbers in texts, and takes lists by their words', () => {
    expect(sorted(['vm10', 'vm9', 'VM1'], false)).toEqual(['VM1', 'vm9', 'vm10']);
    expect(sorted([['b'], ['a', 'z']], false)).toEqual([['a', 'z'], ['b']]);
    expect(sorted([true, false], false)).toEqual([false, true]);
  });
});
