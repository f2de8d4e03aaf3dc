import { describe, expect, it } from 'vitest';
import { snapshotId } from '../../../ids.ts';
import { WEB1 } from '../testkit/scripted-api.ts';
import { snapshotsOf } from './snapshots.ts';

const id = (name: string) => snapshotId(WEB1, name);
const namesOf = (rows: readonly object[], lock?: string) =>
  snapshotsOf(WEB1, rows as readonly Readonly<Record<string, unknown>>[], lock).map(({ name, parent }) => [
    name,
    parent,
  ]);

describe('the snapshots of a guest', () => {
  it('have what the server tells of them, and its name is no id without the guest', () => {
    const rows = [
      { name: 'second', parent: 'first', snaptime: 200, vmstate: 1, description: 'with memory\n' },
      { name: 'current', parent: 'second', description: 'You are here!' },
      { snaptime: 5 },
      { name: 'first', snaptime: 100, description: '' },
      { name: 'timeless' },
    ];
    const plain = { parent: undefined, current: false, memory: false, external: undefined, description: undefined };
    expect(snapshotsOf(WEB1, rows, undefined)).toEqual([
      { ...plain, id: id('timeless'), name: 'timeless', created: undefined },
      { ...plain, id: id('first'), name: 'first', created: 100_000, identity: '100' },
      {
        ...plain,
        id: id('second'),
        name: 'second',
        parent: id('first'),
        created: 200_000,
        identity: '200',
        current: true,
        memory: true,
        description: 'with memory',
      },
    ]);
    expect(snapshotsOf(WEB1, [], undefined)).toEqual([]);
  });

  it.each<[string, readonly object[], readonly (readonly [string, string | undefined])[]]>([
    [
      'parents of the same second, or with a clock that was wrong, come first',
      [
        { name: 'c', parent: 'b', snaptime: 5 },
        { name: 'b', parent: 'a', snaptime: 9 },
        { name: 'a', snaptime: 9 },
      ],
      [
        ['a', undefined],
        ['b', id('a')],
        ['c', id('b')],
      ],
    ],
    [
      'one whose parent is not there is among the others by its age',
      [
        { name: 'new', snaptime: 3 },
        { name: 'orphan', parent: 'gone', snaptime: 2 },
        { name: 'old', snaptime: 1 },
      ],
      [
        ['old', undefined],
        ['orphan', undefined],
        ['new', undefined],
      ],
    ],
    [
      'parents that go round in a circle are broken up once',
      [
        { name: 'a', parent: 'b', snaptime: 1 },
        { name: 'b', parent: 'a', snaptime: 2 },
        { name: 'self', parent: 'self', snaptime: 3 },
      ],
      [
        ['b', undefined],
        ['a', id('b')],
        ['self', undefined],
      ],
    ],
  ])('%s', (_what, rows, expected) => {
    expect(namesOf(rows)).toEqual(expected);
  });

  it('are there once they are taken; what was left half-way can be deleted, not gone back to', () => {
    const rows = [{ name: 'half', snaptime: 1, snapstate: 'prepare' }];
    expect(namesOf(rows, 'snapshot')).toEqual([]);
    for (const lock of [undefined, 'backup']) {
      expect(snapshotsOf(WEB1, rows, lock)).toMatchObject([
        { disabled: { 'snapshot.revert': 'half is incomplete: its task ended half-way (prepare)' } },
      ]);
    }
    expect(namesOf([{ name: 'going', snapstate: 'delete' }], 'snapshot')).toEqual([['going', undefined]]);
    expect(snapshotsOf(WEB1, [{ name: 'whole' }], undefined)[0]).not.toHaveProperty('disabled');
  });
});
