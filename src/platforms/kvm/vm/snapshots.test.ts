import { describe, expect, it } from 'vitest';
import { snapshotId } from '../../../ids.ts';
import { operations } from '../../contract.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { type GuestWords, guestWithSnapshots, idOfSnapshot, WEB1 } from '../testkit/guest-with-snapshots.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';

const CHAIN = {
  one: {},
  two: { parent: 'one', memory: true },
  three: { parent: 'two' },
  side: { parent: 'one' },
} as const;
const planRevert = (words: GuestWords, name: string) => {
  const { ops, signal } = guestWithSnapshots(words);
  return ops.planRevert(idOfSnapshot(name), signal);
};
const planDelete = (words: GuestWords, name: string, children: boolean) => {
  const { ops, signal } = guestWithSnapshots(words);
  return ops.planDelete(idOfSnapshot(name), { children }, signal);
};

describe('what reverting loses', () => {
  const WRITTEN = [
    'what web1 has written to its disks since one',
    'what was changed in the settings of web1 since one',
  ];
  it.each<[string, GuestWords, readonly string[]]>([
    ['of a guest that is off', { snapshots: CHAIN }, []],
    ['of one that runs', { on: true, snapshots: CHAIN }, ['what web1 has in memory']],
    ['of one that is suspended', { saved: true, snapshots: CHAIN }, ['the saved memory of web1']],
  ])('%s', async (_what, words, more) => {
    expect(await planRevert(words, 'one')).toEqual({ goes: [...WRITTEN, ...more], stays: [] });
  });

  it('names the newer snapshots that are layered on what is overwritten, and their files', async () => {
    const snapshots = {
      one: {},
      out: { parent: 'one', layer: '/d/web1.out' },
      inside: { parent: 'out', image: '/d/web1.out' },
      again: { parent: 'inside', layer: '/d/web1.again', image: '/d/web1.out' },
    };
    const fate = (name: string) => planRevert({ libvirt: 9_009_000, snapshots }, name);
    expect(await fate('one')).toEqual({
      goes: [...WRITTEN, 'the snapshot out, whose files are layered on what is overwritten'],
      stays: ['/d/web1.out (of the snapshot out, of no use then)'],
    });
    expect((await fate('inside')).goes.slice(2)).toEqual([
      'the snapshot again, whose files are layered on what is overwritten',
    ]);
    // One in files of its own gets a new file: nothing is overwritten.
    expect((await fate('out')).goes).toHaveLength(2);
  });
});

describe('reverting', () => {
  it.each<[string, GuestWords, string, readonly object[]]>([
    ['stops where the snapshot has no memory', { on: true }, 'one', [{ call: 'revert', of: 'one', flags: 0 }]],
    ['runs where it has some, also paused as it was', {}, 'two', [{ call: 'revert', of: 'two', flags: 1 }]],
    [
      'forgets the memory that a suspended guest has saved, before that fits to no disk',
      { saved: true },
      'one',
      [
        { call: 'forget memory', flags: 0 },
        { call: 'revert', of: 'one', flags: 0 },
      ],
    ],
    ['goes to the current one as to any', {}, 'side', [{ call: 'revert', of: 'side', flags: 0 }]],
  ])('%s', async (_what, words, name, expected) => {
    const { ops, sent, touched, uuid, signal } = guestWithSnapshots({ snapshots: CHAIN, ...words });
    expect(await ops.revert(idOfSnapshot(name), signal)).toEqual({ warnings: [] });
    expect(sent).toEqual(expected);
    expect(touched).toEqual([uuid]);
  });

  it('goes to nothing when the saved memory stays', async () => {
    const { ops, answer, sent, signal } = guestWithSnapshots({ saved: true, snapshots: CHAIN });
    answer(procedures.removeManagedSave, () => {
      throw libvirtNo(VIR_ERR.operationInvalid);
    });
    await expect(ops.revert(idOfSnapshot('one'), signal)).rejects.toMatchObject({ code: 'op.conflict' });
    expect(sent).toEqual([]);
  });

  it.each([
    [
      '9.0 to one in files of its own',
      9_000_000,
      "out: libvirt 9.0.0 can't revert to a snapshot that is in files of its own: 9.9.0 can",
    ],
    ['9.8', 9_008_999, "out: libvirt 9.8.999 can't revert to a snapshot that is in files of its own: 9.9.0 can"],
  ])('is refused by libvirt %s, and that is known before', async (_what, libvirt, message) => {
    const { ops, sent, signal } = guestWithSnapshots({ libvirt, snapshots: { out: { layer: '/d/l' } } });
    const [listed] = await ops.list(WEB1, signal);
    expect(`out: ${listed?.disabled?.['snapshot.revert']}`).toBe(message);
    const refused = { code: 'op.unsupported', message };
    await expect(ops.planRevert(idOfSnapshot('out'), signal)).rejects.toMatchObject(refused);
    await expect(ops.revert(idOfSnapshot('out'), signal)).rejects.toMatchObject(refused);
    expect(sent).toEqual([]);
  });

  it('is left to libvirt 9.9 and later', async () => {
    const { ops, sent, signal } = guestWithSnapshots({ libvirt: 9_009_000, snapshots: { out: { layer: '/d/l' } } });
    expect((await ops.list(WEB1, signal))[0]?.disabled).toBeUndefined();
    await ops.revert(idOfSnapshot('out'), signal);
    expect(sent).toEqual([{ call: 'revert', of: 'out', flags: 0 }]);
  });

  it('is refused for a name that QEMU takes for a number', async () => {
    const { ops, signal } = guestWithSnapshots({ snapshots: { 2: {}, 1795921133: {}, '02': {} } });
    const all = await ops.list(WEB1, signal);
    expect(all.filter(({ disabled }) => disabled).map(({ name, disabled }) => [name, disabled])).toEqual([
      ['2', { 'snapshot.revert': 'QEMU may take 2 for the number of another snapshot, and go back to that one' }],
    ]);
    await expect(ops.revert(idOfSnapshot('2'), signal)).rejects.toMatchObject({ code: 'op.unsupported' });
  });
});

describe('deleting', () => {
  it('takes its state alone, and leaves what was made on top', async () => {
    expect(await planDelete({ snapshots: CHAIN }, 'one', false)).toEqual({
      goes: ['the snapshot one'],
      stays: [
        'what web1 has now',
        'the snapshot side, which was made on top of it',
        'the snapshot two, which was made on top of it',
      ],
    });
  });

  it('takes all that descends from it when asked, with the memory in it', async () => {
    expect(await planDelete({ snapshots: { ...CHAIN, other: {} } }, 'one', true)).toEqual({
      goes: [
        'the snapshot one',
        'the snapshot side',
        'the snapshot two',
        'the memory kept with two',
        'the snapshot three',
      ],
      stays: ['what web1 has now'],
    });
  });

  it.each([
    [9_000_000, ['/d/l (merged into the image below it)', '/d/mem (memory of the snapshot out)']],
    [9_001_000, ['/d/l (merged into the image below it)']],
  ])('says what becomes of the files of an external one, by libvirt %i', async (libvirt, files) => {
    const snapshots = { out: { layer: '/d/l', memoryFile: '/d/mem' } };
    expect((await planDelete({ libvirt, snapshots }, 'out', false)).stays).toEqual(['what web1 has now', ...files]);
  });

  it.each([
    ['one', false, 0],
    ['one', true, 1],
    ['three', true, 0],
  ])('%s, with children: %s, is one call', async (name, children, flags) => {
    const { ops, sent, touched, uuid, signal } = guestWithSnapshots({ snapshots: CHAIN });
    expect(await ops.delete(idOfSnapshot(name), { children }, signal)).toEqual({ warnings: [] });
    expect(sent).toEqual([{ call: 'delete', of: name, flags }]);
    expect(touched).toEqual([uuid]);
  });

  it('is no matter of children for one in files of its own that has none', async () => {
    const { ops, sent, signal } = guestWithSnapshots({ snapshots: { out: { layer: '/d/l' } } });
    expect((await ops.planDelete(idOfSnapshot('out'), { children: true }, signal)).goes).toEqual(['the snapshot out']);
    await ops.delete(idOfSnapshot('out'), { children: true }, signal);
    expect(sent).toEqual([{ call: 'delete', of: 'out', flags: 0 }]);
  });

  it('is refused with children in files of their own, and that is known before', async () => {
    const snapshots = { one: {}, two: { parent: 'one' }, out: { parent: 'two', layer: '/d/l' } };
    const refused = {
      code: 'op.unsupported',
      message: 'libvirt deletes one with its children only where none is in files of its own, as out is',
      fix: 'delete them one at a time, children first',
    };
    const { ops, sent, signal } = guestWithSnapshots({ snapshots });
    await expect(ops.planDelete(idOfSnapshot('one'), { children: true }, signal)).rejects.toMatchObject(refused);
    await expect(ops.delete(idOfSnapshot('one'), { children: true }, signal)).rejects.toMatchObject(refused);
    expect(sent).toEqual([]);
    await ops.delete(idOfSnapshot('one'), { children: false }, signal);
    expect(sent).toHaveLength(1);
  });

  it.each<[string, GuestWords, string | undefined]>([
    [
      'before 9.0',
      { libvirt: 8_010_000, snapshots: { out: { layer: '/d/l' } } },
      "libvirt 8.10.0 can't delete a snapshot that is in files of its own: 9.0.0 can",
    ],
    [
      'on top of one inside the image',
      { snapshots: { one: {}, out: { parent: 'one', layer: '/d/l' } } },
      "libvirt can't delete a snapshot that is in files of its own, made on top of one that is inside the image",
    ],
    [
      'on top of another',
      { snapshots: { first: { layer: '/d/k' }, out: { parent: 'first', layer: '/d/l' } } },
      undefined,
    ],
    ['as the first', { snapshots: { out: { layer: '/d/l' } } }, undefined],
  ])('of an external one %s: the sentence of libvirt is known before', async (_what, words, why) => {
    const { ops, sent, signal } = guestWithSnapshots(words);
    const all = await ops.list(WEB1, signal);
    expect(all.find(({ name }) => name === 'out')?.disabled?.['snapshot.delete']).toBe(why);
    const answer = ops.delete(idOfSnapshot('out'), { children: false }, signal);
    if (why === undefined) await answer;
    else await expect(answer).rejects.toMatchObject({ code: 'op.unsupported', message: `out: ${why}` });
    expect(sent).toHaveLength(why === undefined ? 1 : 0);
  });
});

it('lists parents before their children, and which one the disks continue from', async () => {
  const snapshots = { c: { parent: 'b' }, b: { parent: 'a' }, a: {} };
  const { ops, signal } = guestWithSnapshots({ snapshots });
  const all = await ops.list(WEB1, signal);
  expect(all.map(({ name, current, parent }) => [name, current, parent])).toEqual([
    ['a', true, undefined],
    ['b', false, idOfSnapshot('a')],
    ['c', false, idOfSnapshot('b')],
  ]);
  expect(all[0]?.identity).toBe('7');
});

it.each(['planRevert', 'revert'] as const)('says which snapshot is not there: %s', async (verb) => {
  const { ops, sent, signal } = guestWithSnapshots({ snapshots: CHAIN });
  const answer = ops[verb](snapshotId(WEB1, 'a "b"#c'), signal);
  const message = String.raw`web1 has no snapshot "a \"b\"#c"`;
  await expect(answer).rejects.toMatchObject({ code: 'snapshot.not-found', message });
  expect(sent).toEqual([]);
});

it('asks everything with the signal of its caller, and gives changes the time that they may take', async () => {
  const { ops, waits, signal } = guestWithSnapshots({ on: true, snapshots: CHAIN });
  const id = idOfSnapshot('two');
  await ops.create(WEB1, { name: 'new', description: '', memory: true }, signal);
  await ops.planRevert(id, signal);
  await ops.revert(id, signal);
  await ops.planDelete(id, { children: true }, signal);
  await ops.delete(id, { children: true }, signal);
  expect(new Set(waits.map((one) => one.signal))).toEqual(new Set([signal]));
  expect(waits.flatMap(({ call, deadlineMs }) => (deadlineMs === undefined ? [] : [[call, deadlineMs]]))).toEqual([
    ['DOMAIN_SNAPSHOT_CREATE_XML', operations['snapshot.create'].deadlineMs],
    ['DOMAIN_REVERT_TO_SNAPSHOT', operations['snapshot.revert'].deadlineMs],
    ['DOMAIN_SNAPSHOT_DELETE', operations['snapshot.delete'].deadlineMs],
  ]);
});
