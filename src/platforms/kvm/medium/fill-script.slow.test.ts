import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { createHostFiles, type Run } from '../host/host-files.ts';
import { runHere } from '../link/run-here.ts';

const { signal } = new AbortController();
let dir = '';
let volume = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drover-fill-'));
  volume = join(dir, 'web1_1.raw');
  await mkdir(join(dir, 'bin'));
  await mkdir(join(dir, 'var'));
  await writeFile(join(dir, 'site.tar'), 'an archive');
});
afterAll(() => rm(dir, { recursive: true }));
beforeEach(async () => {
  await writeFile(volume, Buffer.alloc(65_536));
  await program('mkfs.test', `echo "$2 $3 $5" >"${dir}/made"`);
  await rm(join(dir, 'made'), { force: true });
});

const program = async (name: string, script: string) => {
  const file = join(dir, 'bin', name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
};
/** A tar that lists and unpacks files of these sizes; `then` is run when they are unpacked into the folder `$4`. */
const tar = (sizes: readonly number[], then: string) =>
  program(
    'tar',
    [
      'case $1 in -xpf) ;; *)',
      ...sizes.map((size) => `echo "-rw-r--r-- 0/0 ${size} 2026-01-01 00:00 a"`),
      'exit 0;; esac',
      then,
    ].join('\n'),
  );
const filled = (line = (command: string) => command) => {
  const run: Run = (command, until, input) =>
    runHere(`PATH=${dir}/bin:$PATH TMPDIR=${dir}/var; export PATH TMPDIR; ${line(command)}`, until, input);
  return createHostFiles(run, createTestClock()).makeFileSystem(
    volume,
    { kind: 'test', content: join(dir, 'site.tar') },
    signal,
  );
};
const there = async () => (await readdir(dir)).includes('made');
const left = () => readdir(join(dir, 'var'));

it('F-086 makes a file system of what was unpacked, which goes again', async () => {
  await tar([1], 'echo x >"$4/a"');
  await filled();
  expect([await there(), await left()]).toEqual([true, []]);
});

it('makes none on another volume that has its path by now', async () => {
  await tar([1], `rm "${volume}"; echo new >"${volume}"`);
  await expect(filled()).rejects.toThrow(`${volume} is another volume by now`);
  expect([await there(), await left()]).toEqual([false, []]);
});

it('makes none where what it says is not read any more', async () => {
  await tar([1], 'echo x >"$4/a"');
  await expect(filled((command) => `(${command}) >/dev/full; echo over`)).rejects.toMatchObject({
    code: 'outcome.unknown',
  });
  expect([await there(), await left()]).toEqual([false, []]);
});

it('unpacks no files that are larger than was listed, or need more blocks than the disk has', async () => {
  await tar([0], `head -c 65536 /dev/zero >"$4/a"`);
  await expect(filled()).rejects.toThrow('can not be unpacked');
  await tar(
    Array.from({ length: 17 }, () => 1),
    'true',
  );
  await expect(filled()).rejects.toThrow('have 68 KiB, and the disk 64');
  expect([await there(), await left()]).toEqual([false, []]);
});
