import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endpointName } from '../../ids.ts';
import { cacheKey, replaceCache } from './cache-file.ts';
import { type EndpointNames, namesFile, readNames, rememberNames } from './known-names.ts';

let directory = '';
let file = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-names-'));
  file = namesFile(directory, '/etc/drover.yaml');
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

const [host1, host2, host3] = ['host1', 'host2', 'host3'].map((name) => endpointName(name)) as [
  ReturnType<typeof endpointName>,
  ReturnType<typeof endpointName>,
  ReturnType<typeof endpointName>,
];
const names = (vm: string, listed: EndpointNames['listed'] = {}): EndpointNames => ({
  vms: [[vm, `id-${vm}`]],
  nodes: [['n', 'id-n']],
  listed,
});
const write = async (text: string) => {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
};

describe('names for a shell', () => {
  it('are kept apart for two configurations', () => {
    expect(file).toMatch(new RegExp(`^${directory}/names/[0-9a-f]{16}\\.json$`));
    expect(namesFile(directory, '/other.yaml')).not.toBe(file);
    expect(namesFile(directory, '/etc/x/../drover.yaml')).toBe(file);
  });

  it('of an endpoint are replaced by what is new, kept where nothing is, and forgotten with the endpoint', async () => {
    await rememberNames(
      file,
      new Map([
        [host1, names('a')],
        [host2, names('b')],
      ]),
      [host1, host2],
    );
    await rememberNames(file, new Map([[host1, names('c')]]), [host1, host2, host3]);
    expect([...(await readNames(file))]).toEqual([
      [host1, names('c')],
      [host2, names('b')],
      [host3, { vms: [], nodes: [], listed: {} }],
    ]);
    await rememberNames(file, new Map([[host3, names('d')]]), [host1]);
    expect([...(await readNames(file))]).toEqual([[host1, names('c')]]);
  });

  it('of a list stay until that list is read again', async () => {
    const lan = [['lan', 'host1/lan']] as const;
    const vms = [['vms', 'host1/vms']] as const;
    await rememberNames(file, new Map([[host1, names('a', { network: lan })]]), [host1]);
    await rememberNames(file, new Map([[host1, names('b', { storage: vms })]]), [host1]);
    expect((await readNames(file)).get(host1)).toEqual(names('b', { network: lan, storage: vms }));
    await rememberNames(file, new Map([[host1, names('b', { network: [] })]]), [host1]);
    expect((await readNames(file)).get(host1)?.listed).toEqual({ network: [], storage: vms });
  });

  it('are 20,000 at most', async () => {
    const many = Array.from({ length: 20_001 }, (_, at) => [`v${at}`, `${at}`] as const);
    await rememberNames(file, new Map([[host1, { vms: many, nodes: many, listed: { image: many } }]]), [host1]);
    const kept = (await readNames(file)).get(host1);
    expect([kept?.vms.length, kept?.nodes.length, kept?.listed['image']?.length]).toEqual([20_000, 20_000, 20_000]);
    expect([kept?.vms[0], kept?.nodes[0]]).toEqual([many[0], many[0]]);
  });

  it.each([
    '',
    '{',
    'null',
    '7',
    '"x"',
    '{"a/b":{"vms":[],"nodes":[]}}',
    '{"host1":null}',
    '{"host1":7}',
    '{"host1":{"vms":[]}}',
    '{"host1":{"nodes":[]}}',
    '{"host1":{"vms":{},"nodes":[]}}',
    '{"host1":{"vms":[],"nodes":"n"}}',
    '{"host1":{"vms":[["a"]],"nodes":[]}}',
    '{"host1":{"vms":[["a","b","c"]],"nodes":[]}}',
    '{"host1":{"vms":[["a",1]],"nodes":[]}}',
    '{"host1":{"vms":[["a","1"],[2,"b"]],"nodes":[]}}',
    '{"host1":{"vms":[],"nodes":[["a","1"],"ab"]}}',
  ])('are none in a file that holds %s', async (text) => {
    await write(text);
    expect([...(await readNames(file))]).toEqual([]);
  });

  it('are those that are right in a file that is wrong in part', async () => {
    await write(JSON.stringify({ host1: names('a'), host2: 7 }));
    expect([...(await readNames(file))]).toEqual([[host1, names('a')]]);
  });

  it('are none where there is no file', async () => expect([...(await readNames(file))]).toEqual([]));
});

describe('a cache', () => {
  it('has one name for one configuration, whatever else is part of it', () => {
    const keys = [
      cacheKey('/a'),
      cacheKey('/b'),
      cacheKey('/a', 'x'),
      cacheKey('/a', 'y'),
      cacheKey('/a', 'x', 'y'),
      cacheKey('/ab'),
      cacheKey('/ba'),
    ];
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set(keys).size).toBe(keys.length);
    // FNV-1a of 64 bits of "/a": what a version of drover has kept is found by the next one.
    expect(cacheKey('/a')).toBe('07d66707b49cd92d');
  });

  it('is written in parts, for its owner alone, and leaves nothing beside it', async () => {
    const cache = join(directory, 'new/cache.json');
    expect(await replaceCache(cache, ['a', 'b', 'c'])).toBe(true);
    expect(await readFile(cache, 'utf8')).toBe('abc');
    expect([(await stat(cache)).mode & 0o777, (await stat(dirname(cache))).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(await readdir(dirname(cache))).toEqual(['cache.json']);
  });

  it('stays as it was when its new text can not be made', async () => {
    const cache = join(directory, 'cache.json');
    await replaceCache(cache, ['before']);
    function* parts() {
      yield 'half';
      throw new Error('no more');
    }
    expect(await replaceCache(cache, parts())).toBe(false);
    expect([await readFile(cache, 'utf8'), await readdir(directory)]).toEqual(['before', ['cache.json']]);
  });

  it('that can not be written is no error', async () => {
    await writeFile(join(directory, 'file'), '');
    expect(await replaceCache(join(directory, 'file/cache.json'), ['x'])).toBe(false);
  });
});
