import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { aVm, inventory } from '../../../test/state/objects.ts';
import { endpointName, snapshotId, vmId } from '../../ids.ts';
import type { Snapshot } from '../../platforms/contract.ts';
import { createStore } from '../../state/fleet/store.ts';
import { kinds } from '../../state/kinds.ts';
import { passes } from '../../state/query/row-filter.ts';
import { tableRows } from './table-rows.ts';

const host1 = endpointName('host1');
const web1 = vmId(host1, 'web1');

const aSnapshot = (name: string, parent?: string, more: Partial<Snapshot> = {}): Snapshot => ({
  id: snapshotId(web1, name),
  name,
  parent: parent === undefined ? undefined : snapshotId(web1, parent),
  created: undefined,
  current: false,
  memory: undefined,
  external: undefined,
  description: undefined,
  ...more,
});

function rowsOf(items: readonly Snapshot[], filter = '', order?: Parameters<typeof tableRows>[5]) {
  const store = createStore(createTestClock());
  store.push(host1, inventory([], [aVm('web1')]));
  store.flush();
  store.setListing('snapshot', web1, { at: 0, items });
  return tableRows(kinds, 'snapshot', [web1], store.fleet, filter, order).map(
    ({ row, depth }) => `${'-'.repeat(depth)}${row.name}`,
  );
}

describe('the rows of a table', () => {
  it('are a tree: children behind their parent, in the order of the list', () => {
    const items = [aSnapshot('a'), aSnapshot('b'), aSnapshot('c', 'a'), aSnapshot('d', 'c'), aSnapshot('e', 'a')];
    expect(rowsOf(items)).toEqual(['a', '-c', '--d', '-e', 'b']);
  });

  it('hold what has a parent that is not listed, and each of a circle once', () => {
    expect(rowsOf([aSnapshot('a', 'gone'), aSnapshot('b', 'a')])).toEqual(['a', '-b']);
    expect(rowsOf([aSnapshot('x', 'y'), aSnapshot('y', 'x'), aSnapshot('z', 'z')]).toSorted()).toEqual(['x', 'y', 'z']);
  });

  it('are those that pass the filter, and keep their depth', () => {
    expect(rowsOf([aSnapshot('a'), aSnapshot('ab', 'a'), aSnapshot('c', 'a')], 'ab')).toEqual(['-ab']);
    expect(rowsOf([aSnapshot('a'), aSnapshot('ab', 'a')], '   ')).toEqual(['a', '-ab']);
  });

  it('are sorted without the tree, numbers in names by their value, and either way', () => {
    const items = [aSnapshot('s10', 's9'), aSnapshot('s9'), aSnapshot('s1')];
    expect(rowsOf(items, '', { by: 'name', descending: false })).toEqual(['s1', 's9', 's10']);
    expect(rowsOf(items, '', { by: 'name', descending: true })).toEqual(['s10', 's9', 's1']);
    const flagged = [aSnapshot('a', undefined, { current: true }), aSnapshot('b')];
    expect(rowsOf(flagged, '', { by: 'current', descending: false })).toEqual(['b', 'a']);
  });
});

describe('the filter of a table', () => {
  const columns = [
    { id: 'name', type: 'text', help: '' },
    { id: 'current', type: 'flag', help: '' },
    { id: 'note', type: 'text', help: '' },
  ] as const;
  const row = { id: 'x/y#z', name: 'Monday', current: true, note: undefined, parent: 'sunday' };
  it.each([
    ['', true],
    ['mon', true],
    ['MON day', true],
    ['mon tue', false],
    ['!mon', false],
    ['!tue', true],
    ['!', true],
    ['sunday', false],
    ['parent:sun', true],
    ['parent:mon', false],
    ['current:yes', true],
    ['current:no', false],
    ['!current:no', true],
    ['note:', true],
    ['note:x', false],
    ['yes', false],
    ['other:x', false],
    [':mon', false],
  ])('%j lets it through: %s', (filter, does) => expect(passes(row, filter, columns)).toBe(does));
});
