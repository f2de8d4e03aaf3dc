import { describe, expect, it } from 'vitest';
import type { Field, ListField, ObjectField, PairsField, Settings, SettingValue } from '../platforms/contract.ts';
import { gib } from '../units.ts';
import {
  changesOf,
  choicesOf,
  complaint,
  defaultsOf,
  display,
  filled,
  missing,
  parse,
  readWritten,
  redacted,
  shown,
  spell,
  type Written,
  withDefaults,
} from './fields.ts';

const help = 'Help.';
const limits: PairsField = { key: 'limit', label: 'Limits', help, kind: 'pairs', one: 'limit', many: 'limits' };
const disks: ListField = {
  key: 'disk',
  label: 'Disks',
  help,
  kind: 'list',
  one: 'disk',
  many: 'disks',
  identity: 'device',
  item: [
    { key: 'device', label: 'Device', help, kind: 'text' },
    { key: 'size', label: 'Size', help, kind: 'bytes', required: true, min: gib(1) },
    { key: 'bus', label: 'Bus', help, kind: 'choice', options: ['virtio', 'sata'], default: 'virtio' },
    { key: 'queues', label: 'Queues', help, kind: 'count', default: 1, when: { key: 'bus', is: ['virtio'] } },
    { key: 'boot', label: 'Boots', help, kind: 'flag' },
    { key: 'media', label: 'Medium', help, kind: 'object', of: 'vm', nullable: true },
    { key: 'key', label: 'Key', help, kind: 'text', sensitive: true },
    { key: 'note', label: 'Note', help, kind: 'lines' },
    limits,
  ],
};
const drive: ObjectField = { key: 'cd', label: 'CD', help, kind: 'object', of: 'vm', nullable: true };
const cache: Field = { key: 'cache', label: 'Cache', help, kind: 'choice', options: ['on', 'off'], nullable: true };
const script: Field = { key: 'user-data', label: 'User data', help, kind: 'lines' };

describe('rows that are read', () => {
  it.each<[Written, SettingValue]>([
    ['size=20GiB,bus=SATA', [{ size: gib(20), bus: 'sata' }]],
    ['size=1GiB;size=2GiB,boot=yes', [{ size: gib(1) }, { size: gib(2), boot: true }]],
    ['size=1GiB,note=a,,b;;c,limit=iops=5,,mb=2', [{ size: gib(1), note: 'a,b;c', limit: { iops: '5', mb: '2' } }]],
    [[{ size: '20GiB', limit: { iops: '5' }, media: null }], [{ size: gib(20), limit: { iops: '5' }, media: null }]],
    // One row needs no list around it.
    [{ size: '20GiB', media: 'none' }, [{ size: gib(20), media: null }]],
    [['size=1GiB'], [{ size: gib(1) }]],
    ['', []],
    [[], []],
    [null, []],
  ])('%j are %j', (written, value) => expect(readWritten(disks, written)).toEqual({ value }));

  it.each<[Written, string]>([
    ['20GiB', 'row 1: must be key=value,…'],
    ['size=1GiB;bus=sata', 'row 2, size: Size is needed'],
    ['size=1GiB;size=20', 'row 2, size: Size needs a unit: 20MiB, 20GiB; a number alone counts bytes'],
    ['size=1MiB', 'row 1, size: Size must be at least 1GiB'],
    ['siez=1GiB', 'row 1 has no "siez" (did you mean size?)'],
    ['x=1', 'row 1 has no "x": it has device, size, bus, queues, boot, media, key, note, limit'],
    ['size=1GiB,bus=none', 'row 1, bus: Bus must be virtio or sata'],
    ['size=1GiB,queues=two', 'row 1, queues: Queues must be a whole number'],
    ['size=1GiB,key=a\u0007', 'row 1, key: Key must not contain control characters'],
    ['size=1GiB,limit=x', 'row 1, limit: Limits: must be key=value,…'],
    ['size=1GiB,device=vda;size=2GiB,device=vda', 'row 2, device: there is another disk vda before it'],
    [[{ size: ['1GiB'] }], 'row 1, size: Size must be one value, not a list or a group'],
    [[{ size: '1GiB', limit: { iops: ['5'] } }], 'row 1, limit: "iops": must be one value, not a list or a group'],
    [[{ size: '1GiB' }, null], 'row 2: must be keys with values'],
    [[{ size: '1GiB' }, []], 'row 2: must be keys with values'],
    [[{}], 'row 1 says nothing'],
  ])('%j are none: %s', (written, wrong) => expect(readWritten(disks, written)).toEqual({ wrong }));

  it('are held to the same rules when they are typed values', () => {
    expect(complaint(disks, [{ size: gib(1) }, { size: 5 }])).toBe('row 2, size: Size must be at least 1GiB');
    expect(complaint(disks, [{ bus: 'sata' }])).toBe('row 1, size: Size is needed');
    expect(complaint(disks, [{ size: gib(1), media: null }])).toBeUndefined();
    expect(complaint(disks, { a: '1' })).toBe('Disks must be rows');
    expect(complaint(disks, null)).toBe("Disks can't be none");
    expect([complaint(disks, []), complaint({ ...disks, required: true }, [])]).toEqual([undefined, 'Disks is needed']);
    expect(missing([{ ...disks, required: true }], { disk: [] })).toHaveLength(1);
    // A row of the platform may have more than the form knows.
    expect(complaint(disks, [{ size: gib(1), serial: 'x' }])).toBeUndefined();
  });

  it('ask for nothing that is not shown, in a row either', () => {
    const path: Field = {
      key: 'path',
      label: 'Path',
      help,
      kind: 'path',
      required: true,
      when: { key: 'bus', is: ['sata'] },
    };
    const field = { ...disks, item: [...disks.item, path] };
    expect(complaint(field, [{ size: gib(1) }])).toBeUndefined();
    expect(complaint(field, [{ size: gib(1), bus: 'sata' }])).toBe('row 1, path: Path is needed');
  });

  it('never say a part of a secret', () => {
    expect(JSON.stringify(readWritten(disks, 'size=1GiB,key=hun,ter2'))).not.toContain('ter2');
  });

  it.each<[Written, object]>([
    ['a=1,b=x,,y', { value: { a: '1', b: 'x,y' } }],
    [{ a: '1', b: null }, { value: { a: '1', b: '' } }],
    ['', { value: {} }],
    [['a=1'], { wrong: 'Limits: must be keys with values' }],
    ['a', { wrong: 'Limits: must be key=value,…' }],
    [{ '': 'x' }, { wrong: 'Limits: a key is empty' }],
    [{ a: '\u0007' }, { wrong: 'Limits must not contain control characters' }],
  ])('pairs %j are %j', (written, read) => expect(readWritten(limits, written)).toEqual(read));
});

describe('nothing at all', () => {
  it('is typed as none, where a field may be that', () => {
    expect([parse(drive, ' none '), spell(drive, null), display(drive, null)]).toEqual([null, 'none', 'none']);
    expect([complaint(drive, 'none'), complaint(drive, null)]).toEqual([undefined, undefined]);
    expect(parse({ ...drive, nullable: false }, 'none')).toBe('none');
    expect(complaint({ ...drive, nullable: false }, null)).toBe("CD can't be none");
    expect([choicesOf(cache), parse(cache, 'none')]).toEqual([['on', 'off', 'none'], null]);
    expect(complaint(cache, 'nome')).toBe('Cache must be on, off or none (did you mean none?)');
    expect(parse({ ...disks, nullable: true }, 'none')).toBeNull();
    expect(readWritten(drive, null)).toEqual({ value: null });
    expect(missing([{ ...drive, required: true, default: 'a.iso' }], { cd: null })).toEqual([]);
    const boots: Field = { key: 'boot', label: 'Boot', help, kind: 'flag', when: { key: 'cd', is: ['none'] } };
    expect([null, 'a.iso'].map((cd) => shown(boots, [drive, boots], { cd }))).toEqual([true, false]);
    const key: Field = { key: 'key', label: 'Key', help, kind: 'path', nullable: true, default: '~/k' };
    expect(filled([{ ...drive, default: 'a.iso' }, key], { cd: null, key: null }, '/home')).toEqual({
      cd: null,
      key: null,
    });
    expect(changesOf([{ ...drive, writable: true }], { cd: 'a.iso' }, { cd: null })).toEqual({ cd: null });
  });
});

describe('text of many lines', () => {
  it('keeps its lines, ended as they are everywhere else', () => {
    expect(parse(script, '#cloud-config\r\n  a: 1\r\n')).toBe('#cloud-config\n  a: 1\n');
    expect([complaint(script, 'a\r\nb\t'), complaint(script, 'a\rb')]).toEqual([
      undefined,
      'User data must not contain control characters',
    ]);
    expect(['a', 'a\nb\n', 'a\n\n'].map((text) => display(script, text))).toEqual(['1 line', '2 lines', '2 lines']);
    expect(display({ ...script, sensitive: true }, 'a')).toBe('********');
  });
});

describe('rows that are shown and sent', () => {
  const rows = [
    { device: 'vda', size: gib(20), key: 'hunter2', boot: true },
    { size: gib(1), key: 'env:KEY', media: null, limit: { iops: '5' } },
  ];

  it('hide their secrets, and show where one is kept', () => {
    expect(display(disks, rows)).toBe(
      'device=vda,size=20GiB,boot=yes,key=********; size=1GiB,media=none,key=env:KEY,limit=iops=5',
    );
    expect(redacted([disks], { disk: rows })).toEqual({ disk: [{ ...rows[0], key: '********' }, rows[1]] });
    expect(redacted([{ ...disks, sensitive: true }], { disk: rows })).toEqual({ disk: '********' });
    expect(redacted([{ ...limits, sensitive: true }], { limit: { a: '1' } })).toEqual({ limit: '********' });
    expect([display(disks, []), display(disks, undefined), display(limits, {})]).toEqual(['none', '-', 'none']);
  });

  it('are a change only when a row is another one', () => {
    const field = { ...disks, writable: true };
    expect(changesOf([field], { disk: rows }, { disk: rows.toReversed().map((row) => ({ ...row })) })).toEqual({});
    expect(changesOf([field], { disk: rows }, { disk: rows.slice(1) })).toEqual({ disk: rows.slice(1) });
    expect(changesOf([field], {}, { disk: [] })).toEqual({});
  });

  it('that are new take what is left open by default, as far as it is asked', () => {
    expect(withDefaults(disks, [{ size: 1 }, { size: 1, bus: 'sata' }, { device: 'vda', size: 1 }])).toEqual([
      { size: 1, bus: 'virtio', queues: 1 },
      { size: 1, bus: 'sata' },
      { device: 'vda', size: 1 },
    ]);
    expect(defaultsOf([{ ...disks, default: [{ size: 1 }] }, drive])).toEqual({
      disk: [{ size: 1, bus: 'virtio', queues: 1 }],
    });
  });
});

describe('whatever is spelled', () => {
  let seed = 11;
  const roll = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return (seed >> 8) % below;
  };
  const pick = <One>(all: readonly One[]): One => all[roll(all.length)] as One;
  const PARTS = ['a', ',', ',,', ';', '=', 'ä', ' x ', '-', '@', 'none', 'x\ny', '"', '\\'];
  const text = (): string => Array.from({ length: roll(5) }, () => pick(PARTS)).join('');
  const word = (): string => `w${text().replaceAll('\n', '')}w`;

  function drawn(field: Field, depth: number): SettingValue {
    if (field.nullable && roll(4) === 0) return null;
    switch (field.kind) {
      case 'count':
        return roll(2_000) - 1_000;
      case 'bytes':
        return roll(2 ** 20) * 2 ** roll(20);
      case 'flag':
        return roll(2) === 0;
      case 'choice':
        return pick(field.options ?? []);
      case 'pairs':
        return Object.fromEntries(Array.from({ length: roll(4) }, (_, at) => [`${at}k`, text()]));
      case 'list':
        return Array.from({ length: roll(4) }, (_, at) => ({ id: `row${at}`, ...rowOf(field.item, depth + 1) }));
      case 'lines':
        return text();
      default:
        return word();
    }
  }
  const rowOf = (fields: readonly Field[], depth: number): Settings =>
    Object.fromEntries(
      fields.flatMap((field) => (field.key === 'id' || roll(3) === 0 ? [] : [[field.key, drawn(field, depth)]])),
    );

  const scalars: readonly Field[] = [
    { key: 'text', label: 'T', help, kind: 'text' },
    { key: 'path', label: 'P', help, kind: 'path' },
    { key: 'count', label: 'C', help, kind: 'count' },
    { key: 'bytes', label: 'B', help, kind: 'bytes', nullable: true },
    { key: 'choice', label: 'O', help, kind: 'choice', options: ['one', 'two, and', 'a=b;c'], nullable: true },
    { key: 'flag', label: 'F', help, kind: 'flag' },
    { key: 'object', label: 'O', help, kind: 'object', of: 'node', nullable: true },
    { key: 'lines', label: 'L', help, kind: 'lines' },
    { key: 'secret', label: 'S', help, kind: 'text', sensitive: true },
    { key: 'pairs', label: 'P', help, kind: 'pairs', one: 'pair', many: 'pairs' },
  ];
  const listOf = (key: string, item: readonly Field[]): ListField => ({
    key,
    label: key,
    help,
    kind: 'list',
    one: 'row',
    many: 'rows',
    identity: 'id',
    item: [{ key: 'id', label: 'Id', help, kind: 'text' }, ...item],
  });
  const rows = listOf('rows', scalars);

  it.each([...scalars, rows, listOf('deep', [...scalars, rows])])('reads back as it was: $key', (field) => {
    for (let round = 0; round < 300; round++) {
      const value = drawn(field, 0);
      const typed = spell(field, value);
      const back = parse(field, typed);
      expect(back, typed).toEqual(value);
      expect(complaint(field, typed) === undefined || typed === '', typed).toBe(true);
    }
  });
});
