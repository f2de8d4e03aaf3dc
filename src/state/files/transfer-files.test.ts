import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSource } from './transfer-files.ts';

const MIB = 1024 ** 2;
const CONTENT = Buffer.from(Array.from({ length: 3 * MIB + 7 }, (_, at) => (at >> 12) ^ at));
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-source-'));
  await writeFile(join(folder, 'file'), CONTENT);
});
afterEach(() => rm(folder, { recursive: true }));

it.each([
  ['all of it', 0, undefined],
  ['what follows', MIB + 3, undefined],
  ['a part', 5, 2 * MIB],
  ['nothing', CONTENT.length, undefined],
])('reads %s of a file, piece by piece', async (_what, from, length) => {
  const reported: number[] = [];
  const { source, close } = await openSource(join(folder, 'file'), (done) => void reported.push(done));
  const end = length === undefined ? CONTENT.length : from + length;
  const kept: Uint8Array[] = [];
  for await (const piece of source.read(from, length)) kept.push(piece);
  expect(Buffer.concat(kept).equals(CONTENT.subarray(from, end))).toBe(true);
  const seen: Uint8Array[] = [];
  const memory = new Set<ArrayBufferLike>();
  for await (const piece of source.read(from, length, true)) {
    seen.push(Buffer.from(piece));
    memory.add(piece.buffer);
  }
  expect(Buffer.concat(seen).equals(CONTENT.subarray(from, end))).toBe(true);
  expect(memory.size).toBeLessThanOrEqual(2);
  if (end > from) expect(reported.at(-1)).toBe(end);
  await close();
});

it('says of a file that it was changed while it was sent', async () => {
  const { source, close } = await openSource(join(folder, 'file'), () => undefined);
  const send = async () => {
    for await (const _ of source.read(0)) await appendFile(join(folder, 'file'), 'more');
  };
  await expect(send()).rejects.toThrow('was changed while it was sent');
  await close();
});

it('refuses a pipe, without waiting for who writes into it', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  await expect(openSource(pipe, () => undefined)).rejects.toMatchObject({
    ...{ code: 'op.refused', message: `${pipe} is no regular file` },
  });
});
