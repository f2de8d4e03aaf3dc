import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../clock.ts';
import { withLock } from './lock.ts';

let directory = '';
let path = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-lock-'));
  path = join(directory, 'config.yaml.lock');
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

const signal = () => AbortSignal.timeout(10_000);
const take = () => withLock(path, systemClock, signal(), async () => 'mine');
/** A clock on which the deadline of the lock is over at the second look. */
const hurried = (): Clock => {
  let ticks = 0;
  return { ...systemClock, ticks: () => (ticks += 20_000) };
};

it('is gone afterwards, also when what ran in it failed', async () => {
  await expect(
    withLock(path, systemClock, signal(), async () => {
      expect(await readFile(path, 'utf8')).toContain(String(process.pid));
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await expect(readFile(path)).rejects.toThrow('ENOENT');
});

it('breaks the lock of a process that is no more', async () => {
  // Linux counts processes up to 2^22.
  await writeFile(path, `4194305 1 ${hostname()}\n`);
  expect(await take()).toBe('mine');
});

it.runIf(process.platform === 'linux')('breaks the lock of a process whose number somebody else has now', async () => {
  await writeFile(path, `${process.pid} 1 ${hostname()}\n`);
  expect(await take()).toBe('mine');
});

it('breaks an old lock of another machine, and an old empty one', async () => {
  for (const text of ['17 1 elsewhere\n', '']) {
    await writeFile(path, text);
    await utimes(path, new Date(0), new Date(0));
    expect(await take()).toBe('mine');
  }
});

it('breaks a stale lock although somebody died while breaking it', async () => {
  await writeFile(path, `4194305 1 ${hostname()}\n`);
  await writeFile(`${path}.break`, `4194306 1 ${hostname()}\n`);
  expect(await take()).toBe('mine');
});

it('says who holds it after five seconds, and what to do', async () => {
  await writeFile(path, '17 1 elsewhere\n');
  await expect(withLock(path, hurried(), signal(), async () => 'mine')).rejects.toMatchObject({
    code: 'config.conflict',
    message: 'the configuration is being edited by process 17 on elsewhere',
    fix: `if nothing runs there any more, remove ${path}`,
  });
  expect(await readFile(path, 'utf8')).toBe('17 1 elsewhere\n');
});

it('stops waiting when it is cancelled', async () => {
  await writeFile(path, '17 1 elsewhere\n');
  const abort = new AbortController();
  const waiting = withLock(path, systemClock, abort.signal, async () => 'mine');
  abort.abort();
  await expect(waiting).rejects.toThrow('aborted');
});
