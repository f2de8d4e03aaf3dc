import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findDisk } from './find-disk.ts';
import { type Piece, unpackedInto, type Workshop } from './piece.ts';
import { programDecoder } from './program-decoder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-unpack-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

let count = 0;
const workshop = (most = 8 * 1024 ** 2): Workshop => {
  return { newFile: () => join(folder, `made${count++}`), most, signal: new AbortController().signal, report() {} };
};
/** The start of a disk with a partition table, and something behind it that does not pack to nothing. */
const disk = Buffer.alloc(1024 ** 2, 'drover');
disk.writeUInt16LE(0xaa55, 510);

async function packed(program: string, content: Buffer): Promise<Piece> {
  const path = join(folder, `disk.img.${program}`);
  await writeFile(path, content);
  return { path, name: `disk.img.${program}`, at: 0, size: content.length };
}

it.each(['xz', 'bzip2'] as const)(
  'an appliance that is packed by %s is unpacked, and one that is cut short is refused',
  async (program) => {
    const content = execFileSync(program, ['--stdout'], { input: disk });
    const found = await findDisk(await packed(program, content), 'one disk', workshop());
    expect(found.format).toBe('raw');
    expect((await readFile(found.piece.path)).equals(disk)).toBe(true);
    const short = await packed(program, content.subarray(0, content.length - 8));
    await expect(findDisk(short, 'one disk', workshop())).rejects.toMatchObject({
      code: 'op.refused',
      message: expect.stringContaining('is cut short or damaged; nothing was imported'),
    });
  },
);

it('what unpacks to more than was said is refused while it does', async () => {
  const bomb = await packed('xz', execFileSync('xz', ['--stdout'], { input: Buffer.alloc(32 * 1024 ** 2) }));
  const pipes = () => process.getActiveResourcesInfo().filter((kind) => kind === 'PipeWrap').length;
  const before = pipes();
  await expect(findDisk(bomb, 'one disk', workshop())).rejects.toThrow('unpacks to more than');
  await vi.waitUntil(() => pipes() <= before, { timeout: 60_000, interval: 5 });
});

it('a program that is not installed is named', async () => {
  const piece = await packed('xz', Buffer.from('anything'));
  vi.stubEnv('PATH', folder);
  await expect(unpackedInto(piece, () => programDecoder('xz', piece.name), workshop())).rejects.toThrow(
    'is packed by xz, which is not installed here',
  );
  vi.unstubAllEnvs();
});

it.each([
  [
    'echo "xz: (stdin): Memory usage limit reached" >&2; exit 1',
    'ended with status 1: xz: (stdin): Memory usage limit reached',
  ],
  ['kill -9 $$', 'ended with SIGKILL'],
])('a program that ends badly is told of as it says: %s', async (script, said) => {
  const piece = await packed('xz', Buffer.from('anything'));
  const program = join(folder, 'xz');
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o700);
  vi.stubEnv('PATH', folder);
  await expect(unpackedInto(piece, () => programDecoder('xz', piece.name), workshop())).rejects.toMatchObject({
    code: 'op.failed',
    message: `"disk.img.xz" can't be unpacked: xz ${said}; nothing was imported`,
  });
  vi.unstubAllEnvs();
});
