import { describe, expect, it } from 'vitest';
import {
  isReached,
  keysThatDiffer,
  type ListField,
  type PairsField,
  type SettingValue,
  sameValue,
} from '../contract.ts';

const disks: ListField = {
  key: 'disk',
  label: 'Disks',
  help: 'The disks.',
  kind: 'list',
  one: 'disk',
  many: 'disks',
  identity: 'device',
  item: [
    { key: 'device', label: 'Device', help: 'Where.', kind: 'text' },
    { key: 'size', label: 'Size', help: 'How big.', kind: 'bytes' },
    { key: 'options', label: 'Options', help: 'More.', kind: 'pairs', one: 'option', many: 'options' },
  ],
};
const tags: PairsField = { key: 'tag', label: 'Tags', help: 'Words.', kind: 'pairs', one: 'tag', many: 'tags' };

const vda = { device: 'vda', size: 1 };
const vdb = { device: 'vdb', size: 2 };

describe('the values of a field', () => {
  it.each<[SettingValue | undefined, SettingValue | undefined, boolean]>([
    [[vda, vdb], [vdb, { ...vda }], true],
    [[vda, vdb], [vda], false],
    [[vda], [vda, vdb], false],
    [[vda], [{ device: 'vda', size: 2 }], false],
    [[vda], [{ device: 'vdc', size: 1 }], false],
    [[vda], [{ device: 'vda' }], false],
    // In place of one that was taken away: the one that is there is not the one that is wanted.
    [[vda], [{ size: 1 }], false],
    [[{ size: 1 }, { size: 2 }], [{ size: 1 }, { size: 2 }], true],
    [[{ size: 1 }, { size: 2 }], [{ size: 2 }, { size: 1 }], false],
    [[vda, vda], [vda, vdb], false],
    [[{ ...vda, options: { a: '1', b: '2' } }], [{ ...vda, options: { b: '2', a: '1' } }], true],
    [[{ ...vda, options: { a: '1' } }], [{ ...vda, options: { a: '2' } }], false],
    [[{ ...vda, other: 1 }], [{ ...vda, other: 1 }], true],
    [[{ ...vda, other: 1 }], [{ ...vda, other: 2 }], false],
    [[], undefined, true],
    [undefined, [vda], false],
    [null, null, true],
    [null, [vda], false],
  ])('of disks %j and %j are the same: %s', (a, b, same) => {
    expect(sameValue(disks, a, b)).toBe(same);
    expect(sameValue(disks, b, a)).toBe(same);
  });

  it.each<[SettingValue | undefined, SettingValue | undefined, boolean]>([
    [{ a: '1', b: '2' }, { b: '2', a: '1' }, true],
    [{ a: '1' }, { a: '1', b: '2' }, false],
    [{ a: '1' }, { b: '1' }, false],
    [{ toString: '1' }, { a: '1' }, false],
    [{}, undefined, true],
    [{}, null, true],
    [{ a: '1' }, 'a=1', false],
  ])('of tags %j and %j are the same: %s', (a, b, same) => expect(sameValue(tags, a, b)).toBe(same));

  it.each<[SettingValue | undefined, SettingValue | undefined, boolean]>([
    ['a', 'a', true],
    ['1', 1, false],
    ['', undefined, false],
    [null, undefined, false],
    [null, null, true],
  ])('without a field that is known, %j and %j are the same: %s', (a, b, same) =>
    expect(sameValue(undefined, a, b)).toBe(same),
  );

  it('name the keys that differ, of those that were there', () => {
    const now = { disk: [vdb, vda], tag: { a: '2' }, new: 1 };
    expect(keysThatDiffer([disks, tags], { disk: [vda, vdb], tag: { a: '1' }, gone: 'x' }, now)).toEqual([
      'tag',
      'gone',
    ]);
  });
});

describe('what was wanted is there', () => {
  it.each<[SettingValue, SettingValue | undefined, boolean]>([
    // The platform says where a new disk is, and what was left open.
    [[vda, { size: 2 }], [{ ...vda, options: { cache: 'none' } }, vdb], true],
    [[{ size: 2 }, vda], [vda, vdb], true],
    [[{ size: 1 }, vda], [vda, { device: 'vdb', size: 1 }], true],
    [[{ size: 2 }], [vda, vdb], false],
    [[vda, { size: 3 }], [vda, vdb], false],
    [[{ size: 2 }, { size: 2 }], [vda, vdb], false],
    [[], [], true],
    [[], undefined, true],
    [[vda], undefined, false],
    [null, undefined, true],
    [null, '', true],
    [null, 'cd.iso', false],
  ])('%j in %j: %s', (wanted, now, reached) => expect(isReached(disks, wanted, now)).toBe(reached));

  it('is no more than the same for what is no list', () => {
    expect([isReached(tags, { a: '1' }, { a: '1', b: '2' }), isReached(undefined, 'a', 'a')]).toEqual([false, true]);
  });
});
