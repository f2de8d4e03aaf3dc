import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
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

it.runIf(process.platform === 'linux')(
  'breaks the lock of a process whose number another process has now',
  async () => {
    await writeFile(path, `${process.pid} 1 ${hostname()}\n`);
    expect(await take()).toBe('mine');
  },
);

it('breaks an old lock of another machine, and an old empty one', async () => {
  for (const text of ['17 1 elsewhere\n', '']) {
    await writeFile(path, text);
    await utimes(path, new Date(0), new Date(0));
    expect(await take()).toBe('mine');
  }
});

it('breaks a stale lock although another process died while breaking it', async () => {
  await writeFile(path, `4194305 1 ${hostname()}\n`);
  await writeFile(`${path}.break`, `4194306 1 ${hostname()}\n`);
  expect(await take()).toBe('mine');
});

it('says who holds it after ten seconds, and what to do', async () => {
  await writeFile(path, '17 1 elsewhere\n');
  await expect(withLock(path, hurried(), signal(), async () => 'mine')).rejects.toMatchObject({
    code: 'config.conflict',
    message: 'the configuration is being edited by process 17 on elsewhere',
    fix: `if nothing runs there any more, remove ${path}`,
  });
  expect(await readFile(path, 'utf8')).toBe('17 1 elsewhere\n');
});

it.each([
  [50_000, 'edited by another program'],
  [70_000, 'mine'],
])('takes an empty lock of %d ms: %s', async (ageMs, end) => {
  await writeFile(path, '');
  const at = new Date(Date.now() - ageMs);
  await utimes(path, at, at);
  const taken = withLock(path, hurried(), signal(), async () => 'mine').catch((error) => error.message);
  expect(await taken).toContain(end);
});

it('waits for ten seconds, and looks again and again', async () => {
  await writeFile(path, '17 1 elsewhere\n');
  let now = 0;
  const waits: number[] = [];
  const clock: Clock = {
    ...systemClock,
    ticks: () => now,
    after(ms, call) {
      waits.push(ms);
      now += 1_000;
      queueMicrotask(call);
      return () => {};
    },
  };
  await expect(withLock(path, clock, signal(), async () => 'mine')).rejects.toMatchObject({ code: 'config.conflict' });
  expect(waits).toHaveLength(10);
});

it.runIf(process.platform === 'linux')(
  'says who holds it, for its owner alone, and leaves a lock of a process that runs',
  async () => {
    let text = '';
    await withLock(path, systemClock, signal(), async () => {
      text = await readFile(path, 'utf8');
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await readdir(directory)).toEqual(['config.yaml.lock']);
    });
    // proc(5): the 22nd field is when the process started; the second is a name in parentheses.
    const fields = (await readFile('/proc/self/stat', 'utf8')).replace(/^.*\) /s, 'pid name ').split(' ');
    expect(text).toBe(`${process.pid} ${fields[21]} ${hostname()}\n`);
    for (const held of [text, `${process.pid} - ${hostname()}\n`]) {
      await writeFile(path, held);
      const taken = withLock(path, hurried(), signal(), async () => 'mine').catch((error) => error.message);
      expect(await taken).toBe(`the configuration is being edited by process ${process.pid} on ${hostname()}`);
    }
  },
);

it('leaves a stale lock to one that is breaking it', async () => {
  await writeFile(path, `4194305 1 ${hostname()}\n`);
  await writeFile(`${path}.break`, `${process.pid} - ${hostname()}\n`);
  const abort = new AbortController();
  let looks = 0;
  const clock: Clock = {
    ...systemClock,
    after(_ms, call) {
      if (++looks === 3) abort.abort(new Error('enough'));
      queueMicrotask(call);
      return () => {};
    },
  };
  await expect(withLock(path, clock, abort.signal, async () => 'mine')).rejects.toThrow('enough');
  expect((await readdir(directory)).sort()).toEqual(['config.yaml.lock', 'config.yaml.lock.break']);
});

it('runs nothing for one that has given up before', async () => {
  await writeFile(path, '17 1 elsewhere\n');
  await expect(withLock(path, hurried(), AbortSignal.abort(new Error('given up')), async () => 'mine')).rejects.toThrow(
    'given up',
  );
});

it('is reported when it can not be made', async () => {
  await expect(
    withLock(join(directory, 'gone/x.lock'), systemClock, signal(), async () => 'mine'),
  ).rejects.toMatchObject({
    code: 'ENOENT',
  });
});

it('stops waiting when it is cancelled', async () => {
  await writeFile(path, '17 1 elsewhere\n');
  const abort = new AbortController();
  const waiting = withLock(path, systemClock, abort.signal, async () => 'mine');
  abort.abort();
  await expect(waiting).rejects.toThrow('aborted');
});
