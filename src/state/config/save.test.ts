import { writeFileSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { endpointName } from '../../ids.ts';
import type { EndpointField } from '../../platforms/contract.ts';
import { createConfigStore } from './store.ts';

const lab: readonly EndpointField[] = [
  { key: 'host', label: 'Host', help: 'Its address.', kind: 'text', required: true },
  { key: 'password', label: 'Password', help: 'Of the user.', kind: 'text', sensitive: true },
];
const h1 = endpointName('h1');
const START = 'endpoints:\n  h1: { platform: lab, host: a }\n';
const addPool = (name: string) => ({ kind: 'pool-add', name }) as const;

let directory = '';
let file = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-save-'));
  file = join(directory, 'config.yaml');
  await writeFile(file, START);
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

const open = (path = file) => createConfigStore(path, new Map([['lab', lab]]), systemClock);
const signal = () => AbortSignal.timeout(10_000);
const text = () => readFile(file, 'utf8');

/** A signal on which another program writes the file each time right before it is replaced. */
function meanwhile(write: (time: number) => string | undefined): {
  readonly signal: AbortSignal;
  readonly times: () => number;
} {
  let times = 0;
  const own = new AbortController().signal;
  own.throwIfAborted = () => {
    const content = write(++times);
    if (content !== undefined) writeFileSync(file, content);
  };
  return { signal: own, times: () => times };
}

describe('a change that is saved', () => {
  it('is what was loaded last from then on', async () => {
    const store = open();
    expect([store.file, store.current.config.endpoints.size, store.current.problems]).toEqual([file, 0, []]);
    const loaded = await store.load();
    expect(store.current).toBe(loaded);
    const edited = await store.edit(addPool('A'), { signal: signal() });
    expect([store.current, [...edited.config.pools.keys()]]).toEqual([edited, ['A']]);
  });

  it('writes nothing when it changes nothing', async () => {
    const before = await stat(file, { bigint: true });
    await open().edit({ kind: 'endpoint-enable', name: h1, enabled: true }, { signal: signal() });
    const after = await stat(file, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });

  it('is made again on what another program wrote meanwhile', async () => {
    const other = meanwhile((time) => (time < 3 ? `${START}theme: t${time}\n` : undefined));
    await open().edit(addPool('A'), other);
    expect([await text(), other.times()]).toEqual([`${START}theme: t2\npools:\n  A: {}\n`, 3]);
  });

  it('is given up when another program writes the file each time', async () => {
    const other = meanwhile((time) => `${START}# ${time}\n`);
    await expect(open().edit(addPool('A'), other)).rejects.toMatchObject({
      code: 'config.conflict',
      message: `${file} is written by another program again and again`,
    });
    expect([await text(), other.times(), await readdir(directory)]).toEqual([`${START}# 3\n`, 3, ['config.yaml']]);
  });

  it('is not made for a user who has given up', async () => {
    const gone = AbortSignal.abort(new Error('given up'));
    await expect(open().edit(addPool('A'), { signal: gone })).rejects.toThrow('given up');
    expect([await text(), await readdir(directory)]).toEqual([START, ['config.yaml']]);
  });

  it('is compared with what was seen, also by a store that loaded nothing itself', async () => {
    const { config } = await open().load();
    await writeFile(file, START.replace('host: a', 'host: b'));
    const change = { kind: 'endpoint-edit', name: h1, values: { host: 'c' } } as const;
    await expect(open().edit(change, { signal: signal(), basedOn: config })).rejects.toMatchObject({
      code: 'config.conflict',
    });
    expect((await open().edit(change, { signal: signal() })).config.endpoints.get(h1)?.values).toEqual({ host: 'c' });
  });

  it('is refused when it makes something wrong, in the words of that', async () => {
    const change = { kind: 'set', path: ['confirm', 'type-count-above'], value: 'many' } as const;
    const error = await open()
      .edit(change, { signal: signal() })
      .catch((one) => one);
    expect([error.code, error.message, error.fix]).toEqual([
      'config.invalid',
      'type-count-above must be a whole number from 0 on',
      undefined,
    ]);
    // What is only warned of is taken.
    await open().edit({ kind: 'set', path: ['mouse'], value: 'maybe' }, { signal: signal() });
    expect(await text()).toContain('mouse: maybe');
  });

  it('sweeps up what a drover that was killed has left', async () => {
    for (const name of [
      'config.yaml.4194305-0123abcd.tmp',
      'config.yaml.lock.4194305-0123abcd.tmp',
      'config.yaml.mine.tmp',
    ]) {
      await writeFile(join(directory, name), '');
      await utimes(join(directory, name), 0, 0);
    }
    await open().edit(addPool('A'), { signal: signal() });
    expect((await readdir(directory)).sort()).toEqual(['config.yaml', 'config.yaml.mine.tmp']);
  });

  it('goes through links, also to what is not there yet', async () => {
    await rm(file);
    await symlink('other.yaml', file);
    await symlink(join(directory, 'deep/real.yaml'), join(directory, 'other.yaml'));
    await open().edit(addPool('A'), { signal: signal() });
    expect(await readFile(join(directory, 'deep/real.yaml'), 'utf8')).toBe('pools:\n  A: {}\n');
    expect((await stat(join(directory, 'deep/real.yaml'))).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['links that go round in circles', () => symlink('config.yaml', file), 'its symbolic links go round in circles'],
    ['a directory', () => mkdir(file), 'is not a regular file'],
  ])('is refused for %s', async (_what, make, why) => {
    await rm(file);
    await make();
    await expect(open().edit(addPool('A'), { signal: signal() })).rejects.toThrow(why);
  });

  it('says what to do about a path that is none', async () => {
    await expect(open(join(file, 'x.yaml')).edit(addPool('A'), { signal: signal() })).rejects.toMatchObject({
      code: 'op.failed',
      fix: 'nothing was changed; fix that and repeat the change',
    });
  });

  it.runIf(process.getuid?.() === 0)('leaves the file to the user whose it is', async () => {
    await chown(file, 12_345, 12_346);
    await open().edit(addPool('A'), { signal: signal() });
    const { uid, gid } = await stat(file);
    expect([uid, gid]).toEqual([12_345, 12_346]);
  });

  it('hides a password that is written, and not one that is kept elsewhere', async () => {
    const modeAfter = async (password: string) => {
      await open().edit({ kind: 'endpoint-edit', name: h1, values: { password } }, { signal: signal() });
      return (await stat(file)).mode & 0o077;
    };
    const { mode } = await stat(file);
    expect(await modeAfter('env:PW')).toBe(mode & 0o077);
    expect(await modeAfter('hunter2')).toBe(0);
  });
});
