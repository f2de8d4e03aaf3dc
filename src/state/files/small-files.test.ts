import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEMO_VMS, openDemo } from './demo.ts';
import { escapeActive, hasActive } from './escape-active.ts';
import { errnoOf, fileTrouble } from './file-trouble.ts';
import { homeOf } from './home.ts';
import { findHome } from './home-folder.ts';
import { sweepLeftovers } from './leftovers.ts';
import { makeOwnFolder, ownerBelow } from './own-folder.ts';
import { isAlive } from './process-alive.ts';
import { createRedactor } from './redactor.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-files-'));
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

const withCode = (code: unknown) => Object.assign(new Error('no'), { code });

describe('the trouble with a file', () => {
  it.each([
    ['ENOENT', 'it is not there'],
    ['EACCES', 'permission denied'],
    ['EPERM', 'permission denied'],
    ['EROFS', 'the file system is read-only'],
    ['ENOSPC', 'the disk is full'],
    ['EDQUOT', 'the disk quota is used up'],
    ['EFBIG', 'the file size limit is reached'],
    ['EEXIST', 'a file of that name is in the way'],
    ['EISDIR', 'it is a directory'],
    ['ENOTDIR', 'a part of its path is not a directory'],
    ['ELOOP', 'its symbolic links go round in circles'],
    ['EMFILE', 'too many files are open'],
    ['ENFILE', 'too many files are open'],
    ['EFTYPE', 'it is no regular file'],
    ['EIO', 'the disk reports an input/output error'],
    ['ESTALE', 'ESTALE'],
  ])('%s is told as: %s', (code, sentence) => expect(fileTrouble(withCode(code))).toBe(sentence));

  it('is thrown on when it is none of the file system', () => {
    for (const error of [new Error('bug'), withCode(7), 'text', undefined, { code: 'ENOENT' }]) {
      expect(errnoOf(error)).toBeUndefined();
      let thrown: unknown = 'nothing';
      try {
        fileTrouble(error);
      } catch (one) {
        thrown = one;
      }
      expect(thrown).toBe(error);
    }
  });
});

describe('the home of the user', () => {
  it('is HOME where that is a path from the root, else what the system knows', () => {
    expect(homeOf({ HOME: '/home/anna' })).toBe('/home/anna');
    const known = userInfo().homedir;
    for (const HOME of [undefined, '', 'anna']) expect(findHome({ HOME })).toBe(known);
    expect(homeOf({})).toBe(known);
  });

  it('must have a name that can be found again', () => {
    expect(() => homeOf({ HOME: '/home/\ufffdnna' })).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: 'HOME is not UTF-8 text, so drover can not tell which folder it names',
        fix: 'set HOME to a path in UTF-8, or to a symbolic link with such a name',
      }),
    );
  });
});

describe('leftovers beside a file', () => {
  const SUFFIX = /^\.(\d+)\.tmp$/;
  /** No process has such a number: pids end before. */
  const DEAD = 4_194_305;
  const make = async (name: string, ageMs: number) => {
    const path = join(directory, name);
    await writeFile(path, '');
    const at = new Date(Date.now() - ageMs);
    await utimes(path, at, at);
  };

  it('go when who made them runs no more and they are older than a minute', async () => {
    for (const [name, age] of [
      [`config.${DEAD}.tmp`, 61_000],
      [`config.${DEAD + 1}.tmp`, 50_000],
      [`config.${process.pid}.tmp`, 99_000],
      [`config.${DEAD}.tmp.bak`, 99_000],
      [`other.${DEAD}.tmp`, 99_000],
      [`config-${DEAD}.tmp`, 99_000],
      ['config', 99_000],
    ] as const)
      await make(name, age);
    await sweepLeftovers(join(directory, 'config'), SUFFIX);
    expect((await readdir(directory)).sort()).toEqual(
      [
        `config.${DEAD + 1}.tmp`,
        `config.${process.pid}.tmp`,
        `config.${DEAD}.tmp.bak`,
        `other.${DEAD}.tmp`,
        `config-${DEAD}.tmp`,
        'config',
      ].sort(),
    );
  });

  it('are nothing to complain of where there is no folder, or where one of them is a folder', async () => {
    await sweepLeftovers(join(directory, 'nowhere/config'), SUFFIX);
    const folder = join(directory, `config.${DEAD}.tmp`);
    await mkdir(folder);
    await utimes(folder, 0, 0);
    await make(`config.${DEAD + 1}.tmp`, 61_000);
    await sweepLeftovers(join(directory, 'config'), SUFFIX);
    expect(await readdir(directory)).toEqual([`config.${DEAD}.tmp`]);
  });

  it('are reported by whether a process runs', () => {
    expect([process.pid, DEAD].map(isAlive)).toEqual([true, false]);
  });
});

describe('a folder of drover', () => {
  it('is made where it is missing, and left as it is where it is there', async () => {
    const folder = join(directory, 'a/b');
    await makeOwnFolder(folder);
    await makeOwnFolder(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await writeFile(join(directory, 'file'), '');
    await expect(makeOwnFolder(join(directory, 'file/a/b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    await symlink('nowhere', join(directory, 'link'));
    await makeOwnFolder(join(directory, 'link'));
    expect((await lstat(join(directory, 'link'))).isSymbolicLink()).toBe(true);
  });

  it('belongs to the user who runs drover, in folders of their own', async () => {
    expect(await ownerBelow(join(directory, 'not/yet'))).toBeUndefined();
    expect(await ownerBelow('/dev/null/x')).toBeUndefined();
  });
});

describe('the demo', () => {
  it('has a configuration and a place of its own, which go with it', async () => {
    const demo = await openDemo({ HOME: '/home/anna' });
    const folder = demo.env['XDG_STATE_HOME'] ?? '';
    expect(await readFile(demo.config, 'utf8')).toBe(`endpoints:\n  demo:\n    platform: fake\n    vms: ${DEMO_VMS}\n`);
    expect((await stat(demo.config)).mode & 0o777).toBe(0o600);
    expect(demo.env).toEqual({ XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder, XDG_DATA_HOME: folder });
    expect(demo.config).toBe(join(folder, 'config.yaml'));
    await demo.close();
    await expect(stat(folder)).rejects.toThrow('ENOENT');
    await demo.close();
  });

  it('has 200 VMs unless that is said', async () => {
    expect(DEMO_VMS).toBe(200);
    const demo = await openDemo({ HOME: '/home/anna' }, 7);
    expect(await readFile(demo.config, 'utf8')).toContain('vms: 7\n');
    await demo.close();
  });
});

describe('what acts on a terminal', () => {
  it('is escaped in what JSON leaves as it is', () => {
    const active = [
      0x7f, 0x80, 0x9b, 0x9f, 0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069, 0xfeff,
    ];
    const text = `a${active.map((code) => String.fromCharCode(code)).join('')}ä`;
    const spelled = escapeActive(JSON.stringify(text));
    expect(spelled).toBe(`"a${active.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('')}ä"`);
    expect(JSON.parse(spelled)).toBe(text);
    expect(['\u202ea', 'a\u009b', 'aä', ''].map(hasActive)).toEqual([true, true, false, false]);
  });
});

describe('secrets that are blotted out', () => {
  it('are those of four characters and more, as they are and in the shapes in which they travel', () => {
    const redactor = createRedactor();
    expect(redactor.redact('abc')).toBe('abc');
    redactor.add('abc');
    expect(redactor.redact('abc')).toBe('abc');
    redactor.add('a.cd');
    expect(redactor.redact('a.cd abcd')).toBe('******** abcd');
    redactor.add('abcd');
    redactor.add('abcd');
    expect(redactor.redact('xabcdx')).toBe('x********x');
    redactor.add('(x)[y]{z}^$*+?|\\/-');
    expect(redactor.redact('1(x)[y]{z}^$*+?|\\/-2')).toBe('1********2');
  });

  it('are blotted out line by line, without the blanks around them', () => {
    const redactor = createRedactor();
    redactor.add('  first\r\n  second  \n');
    expect(redactor.redact('first, second')).toBe('********, ********');
  });

  it('may hold half a character', () => {
    const redactor = createRedactor();
    redactor.add('pass\ud800word');
    expect(redactor.redact('pass\ud800word')).toBe('********');
  });
});
