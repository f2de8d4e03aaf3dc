import { expect, it } from 'vitest';
import { endpointName, snapshotId, vmId } from '../../../ids.ts';
import type { Snapshot } from '../../contract.ts';
import { inOrder } from './snapshot-order.ts';

const VM = vmId(endpointName('a'), '1');
/** `name created parent`. */
const snapshots = (...lines: readonly string[]): readonly Snapshot[] =>
  lines.map((line) => {
    const [name = '', created = '', parent] = line.split(' ');
    return {
      id: snapshotId(VM, name),
      name,
      parent: parent === undefined ? undefined : snapshotId(VM, parent),
      created: created === '-' ? undefined : Number(created),
      current: false,
      memory: false,
      external: false,
      description: undefined,
    };
  });

const order = (...lines: readonly string[]): string => {
  const all = snapshots(...lines);
  const sorted = inOrder(all).map(({ name }) => name);
  expect(inOrder([...all].reverse()).map(({ name }) => name)).toEqual(sorted);
  return sorted.join(' ');
};

it.each([
  ['older before newer', ['b 2', 'a 1', 'c 3'], 'a b c'],
  ['by name within a second', ['b 1', 'c 1', 'a 1'], 'a b c'],
  ['parents before children within a second', ['a 1 b', 'b 1 c', 'c 1'], 'c b a'],
  ['parents before children when the clock was set back', ['a 1 b', 'b 9', 'c 5'], 'c b a'],
  ['parents before grandchildren when it was', ['a 1 b', 'b 2 c', 'c 9', 'd 8'], 'd c b a'],
  ['branches mixed by time', ['r 1', 'a 2 r', 'b 3 r', 'aa 4 a', 'bb 3 b'], 'r a b bb aa'],
  ['without times', ['b -', 'a - b'], 'b a'],
  ['with a parent that is not listed', ['b 2 gone', 'a 1'], 'a b'],
])('is %s', (_what, lines, expected) => expect(order(...lines)).toBe(expected));

it('ends when snapshots descend from each other, and lists each', () => {
  const all = snapshots('a 1 b', 'b 2 a', 'c 3');
  expect(new Set(inOrder(all))).toEqual(new Set(all));
});

it('ends soon with a chain of the 16,384 that libvirt lists at most', () => {
  const lines = Array.from({ length: 16_384 }, (_, i) => (i === 0 ? 's0 1' : `s${i} 1 s${i - 1}`));
  expect(
    order(...lines)
      .split(' ')
      .slice(-2),
  ).toEqual(['s16382', 's16383']);
});
