import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostText, labelOf } from './host-text.ts';
import { verifying } from './libvirt-uri.ts';
import { createSecretFiles } from './secret-files.ts';
import { createSource, firstOf } from './source.ts';
import { readYaml } from './yaml-group.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-import-'));
});
afterEach(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));

describe('a file of another tool', () => {
  const source = () => createSource({}, home, join(home, 'work'));

  it('is looked for below the home, and where drover was started', async () => {
    await mkdir(join(home, 'work'));
    await writeFile(join(home, 'a'), 'of the home');
    await writeFile(join(home, 'work', 'b'), 'of the place');
    const here = source();
    expect(await here.text('~/a')).toBe('of the home');
    expect(await here.text('b')).toBe('of the place');
    expect(await here.text('~a')).toBeUndefined();
    expect(await here.text('~/a')).toBe('of the home');
    expect(here.looked).toEqual([join(home, 'a'), join(home, 'work/b'), join(home, 'work/~a')]);
    expect(await firstOf(here, ['none', 'b', '~/a'])).toEqual({ path: join(home, 'work/b'), text: 'of the place' });
    expect(await firstOf(here, ['none'])).toBeUndefined();
    expect([await here.isThere('~/a'), await here.isThere('~/'), await here.isThere('none')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is not there where a file stands in the way', async () => {
    await writeFile(join(home, 'a'), '');
    expect(await source().text('~/a/b')).toBeUndefined();
  });

  it.each<[string, (file: string) => Promise<unknown>, object]>([
    ['a folder', mkdir, { code: 'config.invalid', message: expect.stringMatching(/\/x is not a regular file$/) }],
    [
      'bytes that are no text',
      (file) => writeFile(file, Buffer.from([0xff, 0xfe])),
      { code: 'config.invalid', message: expect.stringMatching(/\/x is not UTF-8 text$/) },
    ],
    [
      'larger than four mebibytes',
      async (file) => {
        await writeFile(file, '');
        await truncate(file, 4 * 1024 ** 2 + 1);
      },
      { code: 'config.invalid', message: expect.stringMatching(/\/x is larger than any configuration$/) },
    ],
    [
      'a link to itself',
      (file) => symlink(file, file),
      { code: 'op.failed', message: expect.stringMatching(/\/x can't be read: \S/) },
    ],
  ])('is refused when it is %s', async (_what, make, error) => {
    await make(join(home, 'x'));
    await expect(source().text('~/x')).rejects.toMatchObject(error);
  });

  it('may have four mebibytes', async () => {
    await writeFile(join(home, 'x'), '');
    await truncate(join(home, 'x'), 4 * 1024 ** 2);
    expect((await source().text('~/x'))?.length).toBe(4 * 1024 ** 2);
  });
});

describe('the file of a secret', () => {
  const files = () => createSecretFiles(join(home, 'config.yaml'));

  it('is read without its last line break', async () => {
    await files().write('a', { password: 'p w ' });
    expect([files().reference('a', 'password'), await files().read('a', 'password')]).toEqual([
      'file:secrets/a.password',
      'p w ',
    ]);
    await writeFile(join(home, 'secrets/a.password'), 'two\n\n');
    expect(await files().read('a', 'password')).toBe('two\n');
    expect(await files().read('b', 'password')).toBeUndefined();
  });

  it('is taken back with all that was written, but for what was there before', async () => {
    await files().write('a', { password: 'x' });
    await chmod(join(home, 'secrets/a.password'), 0o644);
    const takeBack = await files().write('a', { password: 'x', token: 'y' });
    expect(await readdir(join(home, 'secrets'))).toEqual(['a.password', 'a.token']);
    await takeBack();
    expect(await readdir(join(home, 'secrets'))).toEqual(['a.password']);
  });

  it('is written over no other, and then none of them is left', async () => {
    await files().write('a', { token: 'mine' });
    await expect(files().write('a', { password: 'x', token: 'other' })).rejects.toMatchObject({
      code: 'op.failed',
      message: expect.stringMatching(/secrets\/a\.token could not be written: \S/),
    });
    expect(await readdir(join(home, 'secrets'))).toEqual(['a.token']);
    expect(await readFile(join(home, 'secrets/a.token'), 'utf8')).toBe('mine\n');
  });

  it('is not written where a file stands in the way of the folder', async () => {
    await writeFile(join(home, 'secrets'), '');
    await expect(files().write('a', { password: 'x' })).rejects.toThrow(/a\.password could not be written: /);
  });
});

describe('YAML of another tool', () => {
  it('has words, switches, lists and what is below a key', async () => {
    const yaml = 'w: word\ne: ""\nn:\nt: true\nl: [a, "", b, {c: d}, true]\nm: {k: v}\n';
    const { text, words, group, values } = await readYaml('x.yml', yaml);
    expect(['w', 'e', 'n', 't', 'l', 'm', 'none'].map(text)).toEqual([
      'word',
      undefined,
      undefined,
      'true',
      undefined,
      undefined,
      undefined,
    ]);
    expect([words('l'), words('w'), group('m').text('k'), group('w').values.size]).toEqual([
      ['a', 'b', 'true'],
      [],
      'v',
      0,
    ]);
    expect([...values.keys()]).toEqual(['w', 'e', 'n', 't', 'l', 'm']);
    expect((await readYaml('x.yml', '- a\n')).values.size).toBe(0);
  });

  it.each([
    ['y Yes TRUE on true', true],
    ['n No FALSE off false', false],
    ['yess nope 1 0 ""', undefined],
  ])('has switches in the words of YAML 1.1: %s', async (words, flag) => {
    for (const word of words.split(' '))
      expect([word, (await readYaml('x', `k: ${word}\n`)).flag('k')]).toEqual([word, flag]);
    expect((await readYaml('x', '{}\n')).flag('k')).toBeUndefined();
  });
});

it.each([
  ['db1', 'db1'],
  ['db1//', 'db1'],
  ['db1:8006', 'db1:8006'],
  ['fd00::1', '[fd00::1]'],
  ['FE80::1:2', '[FE80::1:2]'],
  ['[fd00::1]', '[fd00::1]'],
])('the host %s stands as %s in an address', (host, text) => expect(hostText(host)).toBe(text));

it.each([
  ['https://vc1.lan:443/sdk', 'vc1'],
  ['vc1', 'vc1'],
  ['10.0.0.1', undefined],
  ['https://10.0.0.1:8006', undefined],
  ['[fd00::1]:443', undefined],
  ['', undefined],
  ['https://', undefined],
])('the host of %s gives the name %s', (address, name) => expect(labelOf(address)).toBe(name));

it.each([
  ['qemu+ssh://d/system', 'qemu+ssh://d/system'],
  ['qemu+ssh://d/system?', 'qemu+ssh://d/system'],
  ['qemu+ssh://d/system?no_verify=1', 'qemu+ssh://d/system'],
  ['qemu+ssh://d/system?a=1&no_verify=1&b=2', 'qemu+ssh://d/system?a=1&b=2'],
])('%s is followed as %s', (url, kept) => expect(verifying(url)).toBe(kept));
