import { describe, expect, it } from 'vitest';
import { createSiblings, naturalKey } from './siblings.ts';

function open(...ids: readonly string[]) {
  const keys = new Map<string, string>();
  const siblings = createSiblings<string>((id) => keys.get(id) ?? id[0] ?? '');
  for (const id of ids) siblings.add(id);
  siblings.settle();
  return { siblings, keys };
}

describe('ids under one parent', () => {
  it('are in order, those with one key by themselves, and each is found in its place', () => {
    const { siblings } = open('c1', 'a2', 'b1', 'a1', 'a3');
    const order = ['a1', 'a2', 'a3', 'b1', 'c1'];
    expect(siblings.ids).toEqual(order);
    expect(order.map(siblings.indexOf)).toEqual([0, 1, 2, 3, 4]);
    expect(['a0', 'a4', 'b2', 'd1', 'A'].map(siblings.indexOf)).toEqual([-1, -1, -1, -1, -1]);
    expect(open().siblings.indexOf('a')).toBe(-1);
  });

  it('come and go when they are settled, and it says whether anything changed', () => {
    const { siblings } = open('b', 'd');
    expect(siblings.settle()).toBe(false);
    for (const id of ['a', 'c', 'e']) siblings.add(id);
    expect(siblings.ids).toEqual(['b', 'd']);
    expect(siblings.settle()).toBe(true);
    expect(siblings.ids).toEqual(['a', 'b', 'c', 'd', 'e']);
    siblings.remove('c');
    siblings.remove('x');
    expect(siblings.settle()).toBe(true);
    expect([siblings.ids, siblings.settle()]).toEqual([['a', 'b', 'd', 'e'], false]);
  });

  it('may come and go before they are settled', () => {
    const { siblings } = open('b');
    siblings.add('a');
    siblings.remove('a');
    expect([siblings.settle(), siblings.ids]).toEqual([false, ['b']]);
  });

  it('of a renamed one: its old place goes, and its new one comes', () => {
    const { siblings, keys } = open('a', 'b', 'c');
    siblings.remove('a');
    keys.set('a', 'z');
    siblings.add('a');
    siblings.settle();
    expect([siblings.ids, siblings.indexOf('a')]).toEqual([['b', 'c', 'a'], 2]);
  });
});

it('names sort as people count, case aside', () => {
  const names = ['web10', 'Web2', 'web2a', 'web', 'a2b10', 'a2b9', 'a10', '100000000000', '99999999999'];
  expect(names.toSorted((a, b) => (naturalKey(a) < naturalKey(b) ? -1 : 1))).toEqual([
    '99999999999',
    '100000000000',
    'a2b9',
    'a2b10',
    'a10',
    'web',
    'Web2',
    'web2a',
    'web10',
  ]);
});
