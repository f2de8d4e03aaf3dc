import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { endpointName } from '../../ids.ts';
import type { EndpointField } from '../../platforms/contract.ts';
import type { Loaded } from './model.ts';
import { spellProblem } from './problem.ts';
import { createConfigStore } from './store.ts';

const lab: readonly EndpointField[] = [
  { key: 'host', label: 'Host', help: 'Its address.', kind: 'text', required: true },
  { key: 'port', label: 'Port', help: 'Its port.', kind: 'count' },
  { key: 'password', label: 'Password', help: 'Of the user.', kind: 'text', sensitive: true },
];
const platforms = new Map([['lab', lab]]);
const h1 = endpointName('h1');
const START = '# mine\nendpoints:\n  h1: { platform: lab, host: a }\n  h2: { platform: lab, host: b }\n';

let directory = '';
let file = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-config-'));
  file = join(directory, 'config.yaml');
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

const open = (path = file) => createConfigStore(path, platforms, systemClock);
const signal = () => AbortSignal.timeout(10_000);
const text = () => readFile(file, 'utf8');
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const names = ({ config }: Loaded) => [...config.endpoints.keys()];
const addH3 = { kind: 'endpoint-add', name: 'h3', platform: 'lab', values: { host: 'c' } } as const;

describe('loading', () => {
  it('takes a file that is not there for an empty configuration, and makes none', async () => {
    const loaded = await open(join(directory, 'deep/er/config.yaml')).load();
    expect([names(loaded), loaded.problems]).toEqual([[], []]);
    expect(await readdir(directory)).toEqual([]);
  });

  it('F-311 keeps the fleet when the file is broken later, and says where', async () => {
    await writeFile(file, START);
    const store = open();
    await store.load();
    await writeFile(file, `${START}pools: [\n`);
    const loaded = await store.load();
    expect(names(loaded)).toEqual(['h1', 'h2']);
    expect(loaded.problems.map(spellProblem)[0]).toMatch(
      /config\.yaml:6:1: the indentation .* or a bracket or brace is still open/,
    );
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['a directory', () => mkdir(file), 'is not a regular file'],
    ['no text', () => writeFile(file, Buffer.from([0x61, 0xff, 0xfe])), 'is not UTF-8 text'],
    ['a link in a circle', () => symlink('config.yaml', file), "can't be read: its symbolic links go round in circles"],
  ])('says that the file is %s, and never writes over it', async (_what, make, sentence) => {
    await make();
    const store = open();
    expect((await store.load()).problems.map(spellProblem)).toEqual([`${file}: ${sentence}`]);
    await expect(store.edit(addH3, { signal: signal() })).rejects.toMatchObject({ name: 'FleetError' });
  });
});

describe('editing', () => {
  it('makes the file and its directory for their owner alone', async () => {
    const nested = join(directory, 'new/config.yaml');
    const loaded = await open(nested).edit(addH3, { signal: signal() });
    expect(names(loaded)).toEqual(['h3']);
    expect([await modeOf(nested), await modeOf(join(directory, 'new'))]).toEqual([0o600, 0o700]);
    expect(await readdir(join(directory, 'new'))).toEqual(['config.yaml']);
  });

  it('keeps the mode of the file, until a password stands in it', async () => {
    await writeFile(file, START);
    await chmod(file, 0o644);
    const store = open();
    await store.edit(addH3, { signal: signal() });
    expect(await modeOf(file)).toBe(0o644);
    await store.edit({ kind: 'endpoint-edit', name: h1, values: { password: 'hunter2' } }, { signal: signal() });
    expect(await modeOf(file)).toBe(0o600);
  });

  it('writes the target of a symbolic link, and keeps the link', async () => {
    await mkdir(join(directory, 'dotfiles'));
    await writeFile(join(directory, 'dotfiles/drover.yaml'), START);
    await symlink('dotfiles/drover.yaml', file);
    await open().edit(addH3, { signal: signal() });
    expect(await readFile(join(directory, 'dotfiles/drover.yaml'), 'utf8')).toContain('h3');
    expect(
      (await readdir(directory, { withFileTypes: true })).find(({ name }) => name === 'config.yaml')?.isSymbolicLink(),
    ).toBe(true);
  });

  it('writes nothing into a broken file', async () => {
    await writeFile(file, 'endpoints: [\n');
    await expect(open().edit(addH3, { signal: signal() })).rejects.toMatchObject({
      code: 'config.invalid',
      fix: 'fix the file first; nothing was written',
    });
    expect(await text()).toBe('endpoints: [\n');
  });

  it('refuses what would be wrong in the file, and leaves it as it was', async () => {
    await writeFile(file, START);
    await expect(
      open().edit({ kind: 'endpoint-add', name: 'h3', platform: 'lab', values: {} }, { signal: signal() }),
    ).rejects.toMatchObject({ code: 'config.invalid', message: 'h3: Host is needed (host:)' });
    expect(await text()).toBe(START);
  });

  it('edits beside what was wrong before', async () => {
    await writeFile(file, `${START}  h4: { platform: lba }\n`);
    expect(names(await open().edit(addH3, { signal: signal() }))).toEqual(['h1', 'h2', 'h4', 'h3']);
  });

  it('says why nothing can be written where a part of the path is a file', async () => {
    await writeFile(file, START);
    await expect(open(join(file, 'config.yaml')).edit(addH3, { signal: signal() })).rejects.toMatchObject({
      code: 'op.failed',
      message: expect.stringContaining('could not be saved: a part of its path is not a directory'),
    });
  });
});

describe('two at one file', () => {
  it('merges with what another program changed elsewhere', async () => {
    await writeFile(file, START);
    const store = open();
    await store.load();
    await writeFile(file, `${START.replace('host: b', 'host: bee')}theme: light\n`);
    await store.edit({ kind: 'endpoint-edit', name: h1, values: { port: 22 } }, { signal: signal() });
    expect(await text()).toBe(
      `${START.replace('host: b', 'host: bee').replace('host: a', 'host: a, port: 22')}theme: light\n`,
    );
  });

  it('tells what another program changed in the very same place', async () => {
    await writeFile(file, START);
    const store = open();
    await store.load();
    const changed = START.replace('host: a', 'host: a, port: 99');
    await writeFile(file, changed);
    await expect(
      store.edit({ kind: 'endpoint-edit', name: h1, values: { port: 22 } }, { signal: signal() }),
    ).rejects.toMatchObject({
      code: 'config.conflict',
      message: 'another program has changed the configuration meanwhile: h1: port',
    });
    await expect(store.edit({ kind: 'endpoint-remove', name: h1 }, { signal: signal() })).rejects.toMatchObject({
      code: 'config.conflict',
    });
    expect(await text()).toBe(changed);
  });

  it('gives no endpoint a password that was typed for another address', async () => {
    await writeFile(file, START);
    const store = open();
    await store.load();
    const changed = START.replace('host: a', 'host: elsewhere');
    await writeFile(file, changed);
    await expect(
      store.edit({ kind: 'endpoint-edit', name: h1, values: { password: 'hunter2' } }, { signal: signal() }),
    ).rejects.toMatchObject({
      code: 'config.conflict',
      message: 'another program has changed the configuration meanwhile: h1: host',
    });
    expect(await text()).toBe(changed);
  });

  it('compares with what a form was filled from, however often the file was loaded since', async () => {
    await writeFile(file, START);
    const store = open();
    const { config } = await store.load();
    await writeFile(file, START.replace('host: a', 'host: z'));
    await store.load();
    await expect(
      store.edit({ kind: 'endpoint-edit', name: h1, values: { host: 'b' } }, { signal: signal(), basedOn: config }),
    ).rejects.toMatchObject({ code: 'config.conflict' });
  });

  it('hears of a change by another program, also when the file is replaced, and not of its own', async () => {
    await writeFile(file, START);
    const store = open();
    await store.load();
    const heard: string[][] = [];
    let wake = () => {};
    const stop = store.watch((loaded) => {
      heard.push(names(loaded));
      wake();
    });
    const next = () => new Promise<void>((resolve) => (wake = resolve));
    try {
      await store.edit(addH3, { signal: signal() });
      const first = next();
      await open().edit({ kind: 'endpoint-remove', name: endpointName('h2') }, { signal: signal() });
      await first;
      const second = next();
      await writeFile(file, START);
      await second;
      expect(heard).toEqual([
        ['h1', 'h3'],
        ['h1', 'h2'],
      ]);
    } finally {
      stop();
    }
  });
});
