import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gib } from '../units.ts';
import { type Flag, helpOf, parseFlags } from './flags.ts';
import { openGivenFiles } from './given-files.ts';
import { allGiven, FROM, valuesGiven } from './given-values.ts';
import { sharedFlags } from './shared-flags.ts';

const help = 'Help.';
const flags: readonly Flag[] = [
  FROM,
  { key: 'memory', label: 'Memory', help, kind: 'bytes' },
  { key: 'cd', label: 'CD', help, kind: 'object', of: 'vm', nullable: true },
  { key: 'password', label: 'Password', help, kind: 'text', sensitive: true },
  { key: 'user-data', label: 'User data', help, kind: 'lines' },
  { key: 'tag', label: 'Tags', help, kind: 'pairs', one: 'tag', many: 'tags' },
  {
    key: 'disk',
    label: 'Disks',
    help: 'The disks.\nMore.',
    kind: 'list',
    one: 'disk',
    many: 'disks',
    identity: 'device',
    nullable: true,
    item: [
      { key: 'device', label: 'Device', help, kind: 'text' },
      { key: 'size', label: 'Size', help, kind: 'bytes', required: true },
      { key: 'bus', label: 'Bus', help, kind: 'choice', options: ['virtio', 'sata'], default: 'virtio' },
      { key: 'key', label: 'Key', help, kind: 'text', sensitive: true },
      { key: 'note', label: 'Note', help, kind: 'text' },
    ],
  },
];
const fields = flags.filter((flag) => flag !== FROM);

let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-given-'));
  const write = (name: string, text: string | Buffer) => writeFile(file(name), text);
  await write('one.yaml', 'size: 5GiB\nnote: "a,b"\n');
  await write('rows.yaml', '- { size: 1GiB }\n- { device: vdb, size: 2GiB, key: hunter2 }\n');
  await write('bad-rows.yaml', '- size: 1GiB\n- siez: 2GiB\n');
  await write('broken.yaml', 'disk:\n\t- x\n');
  await write('tags.yaml', 'a: 1\nc: yes\n');
  await write('init.txt', '#cloud-config\r\na: 1\n');
  await write('bytes', Buffer.from([0xff, 0xfe]));
  await write('empty.yaml', '# nothing\n');
  await write('list.yaml', '- 1\n');
  await write(
    'spec.yaml',
    'memory: 4GiB\ncd:\npassword: hunter2\nuser-data: |\n  one\n  two\ntag: { a: x }\ndisk:\n  - size: 20GiB\n    note: 007\n  - size: 10GiB\n    bus: sata\n',
  );
  await write('typo.yaml', 'memory: 4GiB\n\nmemroy: 4GiB\n');
  await write('wrong.yaml', 'disk:\n  - size: 20GiB\n  - size: much\n');
});
afterAll(() => rm(folder, { recursive: true }));

async function given(argv: readonly string[], input = '') {
  const stdin = new PassThrough();
  stdin.end(input);
  const files = openGivenFiles({ stdin, signal: new AbortController().signal });
  return valuesGiven(await allGiven(parseFlags(argv, flags), files), fields, files);
}

describe('values on a command line', () => {
  it.each<[readonly string[], object]>([
    [['--memory', '4GiB'], { memory: gib(4) }],
    [['--cd', 'none'], { cd: null }],
    [
      ['--disk', 'size=20GiB,note=a,,b', '--disk=device=vda,size=10GiB'],
      {
        disk: [
          { size: gib(20), note: 'a,b', bus: 'virtio' },
          { device: 'vda', size: gib(10) },
        ],
      },
    ],
    // One flag is one row: a semicolon is nothing special.
    [['--disk', 'size=1GiB,note=a;b=c'], { disk: [{ size: gib(1), note: 'a;b=c', bus: 'virtio' }] }],
    [['--disk', 'none'], { disk: null }],
    [['--disk='], { disk: [] }],
    [['--tag', 'a=1', '--tag', 'b=x,y=z', '--tag', 'a=2'], { tag: { a: '2', b: 'x,y=z' } }],
    [['--tag='], { tag: {} }],
    [['--user-data', '#cloud-config'], { 'user-data': '#cloud-config' }],
  ])('%j', async (argv, values) => expect(await given(argv)).toEqual(values));

  it('are read from files, where they say so', async () => {
    expect(
      await given(['--disk', `@${file('one.yaml')}`, '--disk', 'size=1GiB', '--disk', `@${file('rows.yaml')}`]),
    ).toEqual({
      disk: [
        { size: gib(5), note: 'a,b', bus: 'virtio' },
        { size: gib(1), bus: 'virtio' },
        { size: gib(1), bus: 'virtio' },
        { device: 'vdb', size: gib(2), key: 'hunter2' },
      ],
    });
    expect(await given(['--tag', 'a=0', '--tag', 'b=0', '--tag', `@${file('tags.yaml')}`])).toEqual({
      tag: { a: '1', b: '0', c: 'yes' },
    });
    expect(await given(['--user-data', `@${file('init.txt')}`])).toEqual({ 'user-data': '#cloud-config\na: 1\n' });
    expect(await given(['--user-data', '-'], 'typed\n')).toEqual({ 'user-data': 'typed\n' });
    expect(await given(['--disk', '-'], '- size: 3GiB')).toEqual({ disk: [{ size: gib(3), bus: 'virtio' }] });
  });

  it('are a whole file, of which flags change some', async () => {
    const spec = {
      memory: gib(4),
      cd: null,
      password: 'hunter2',
      'user-data': 'one\ntwo\n',
      tag: { a: 'x' },
      disk: [
        { size: gib(20), note: '007', bus: 'virtio' },
        { size: gib(10), bus: 'sata' },
      ],
    };
    expect(await given(['--from', file('spec.yaml')])).toEqual(spec);
    expect(await given(['--from', '-'], 'memory: 1GiB')).toEqual({ memory: gib(1) });
    expect(await given(['--from', file('empty.yaml')])).toEqual({});
    const changed = await given(['--from', file('spec.yaml'), '--memory', '8GiB', '--tag', 'b=1', '--disk=']);
    expect(changed).toEqual({ ...spec, memory: gib(8), tag: { b: '1' }, disk: [] });
  });

  it.each<[readonly string[], string]>([
    [['--disk', 'size=20GiB', '--disk', 'size=1'], '--disk: row 2, size: Size needs a unit'],
    [['--disk', 'siez=20GiB'], '--disk: row 1 has no "siez" (did you mean size?)'],
    [['--disk', '20GiB'], '--disk: row 1: must be key=value,…'],
    [['--disk', '@bad-rows.yaml'], '--disk: row 2 has no "siez" (did you mean size?)'],
    [['--disk', '@missing.yaml'], "missing.yaml can't be read: it is not there"],
    [['--disk', '@bytes'], 'bytes is not UTF-8 text'],
    [['--disk', '@broken.yaml'], 'broken.yaml:2:1: tabs are not allowed as indentation'],
    [['--disk', '@empty.yaml'], '--disk: row 1: must be keys with values'],
    [['--disk', 'none', '--disk', 'size=1GiB'], '--disk: row 1: must be key=value,…'],
    [['--tag', 'a'], '--tag: must be KEY=VALUE, or @FILE with such keys'],
    [['--tag', '=a'], '--tag: must be KEY=VALUE, or @FILE with such keys'],
    [['--tag', '@rows.yaml'], '--tag: must be KEY=VALUE, or @FILE with such keys'],
    [['--user-data', '@missing.txt'], "missing.txt can't be read: it is not there"],
    [['--from', 'typo.yaml'], 'memroy (typo.yaml:3): there is no such key (did you mean memory?)'],
    [['--from', 'wrong.yaml'], 'disk (wrong.yaml:1): row 2, size: Size must be a size like 4GiB or 512M'],
    [['--from', 'list.yaml'], 'list.yaml:1: must be keys with values'],
    [['--password', 'hunter2'], '--password would show the secret in the list of processes'],
    [['--disk', 'size=1GiB,key=hunter2'], '--disk would show the secret in the list of processes'],
  ])('are wrong use: %j', async (argv, message) => {
    const placed = argv.map((word) => word.replace(/^@|^(?=\w+\.yaml$)/, (sign) => `${sign}${folder}/`));
    const error = await given(placed).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'usage' });
    expect((error as Error).message.replaceAll(`${folder}/`, '')).toContain(message);
    expect((error as Error).message).not.toContain('hunter2');
  });

  it('take where a secret is kept', async () => {
    expect(await given(['--password', 'env:PW', '--disk', 'size=1GiB,key=file:x'])).toEqual({
      password: 'env:PW',
      disk: [{ size: gib(1), key: 'file:x', bus: 'virtio' }],
    });
  });

  it('read a file once, however many VMs they are for', async () => {
    const stdin = new PassThrough();
    stdin.end('memory: 1GiB');
    const files = openGivenFiles({ stdin, signal: new AbortController().signal });
    expect([await files.text('-'), await files.text('-')]).toEqual(['memory: 1GiB', 'memory: 1GiB']);
  });

  it('are no file that is larger than a user writes', async () => {
    await writeFile(file('large'), 'x'.repeat(4 * 1024 ** 2 + 1));
    await expect(given(['--user-data', `@${file('large')}`])).rejects.toThrow('is larger than 4 MiB');
  });

  it('end with the command while standard input is waited for', async () => {
    const controller = new AbortController();
    const files = openGivenFiles({ stdin: new PassThrough(), signal: controller.signal });
    const reading = files.text('-');
    controller.abort(new Error('ctrl-c'));
    await expect(reading).rejects.toThrow('ctrl-c');
  });
});

describe('flags of rows and pairs', () => {
  it('are in the help with their keys', () => {
    expect(helpOf(fields.filter(({ key }) => key !== 'memory'))).toBe(
      [
        '      --cd VM                   Help.',
        '      --password TEXT           Help.',
        '      --user-data @FILE         Help.',
        '      --tag KEY=VALUE           Help.',
        '      --disk KEY=VALUE,…|@FILE  The disks. Once for each disk: device, size, bus, key, note.',
      ].join('\n'),
    );
  });

  it('of several platforms are one, with the keys of all', () => {
    const disk = fields.find(({ kind }) => kind === 'list') as Flag & { kind: 'list' };
    const other = {
      ...disk,
      item: [{ key: 'cache', label: 'Cache', help, kind: 'text' } as const, ...disk.item.slice(0, 1)],
    };
    const [both] = sharedFlags([
      { id: 'a', flags: [disk], unnamed: false },
      { id: 'b', flags: [other], unnamed: false },
    ]);
    const keys = both?.kind === 'list' ? both.item.map(({ key }) => key) : [];
    expect(keys).toEqual(['device', 'size', 'bus', 'key', 'note', 'cache']);
    const [mixed] = sharedFlags([
      { id: 'a', flags: [disk], unnamed: false },
      { id: 'b', flags: [{ key: 'disk', label: 'Disk', help, kind: 'bytes' }], unnamed: false },
    ]);
    expect(mixed).toMatchObject({ kind: 'text', repeatable: true });
    const tag = fields.find(({ kind }) => kind === 'pairs') as Flag;
    expect(sharedFlags([{ id: 'a', flags: [tag], unnamed: false }])).toMatchObject([{ kind: 'pairs', one: 'tag' }]);
  });
});
