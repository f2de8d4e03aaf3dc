import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../clock.ts';
import { watchFile } from './watch-file.ts';

let directory = '';
let stop = () => {};
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-watch-'));
});
afterEach(async () => {
  stop();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

/** Watches on a clock that calls only when the test says so. */
function open(path: string) {
  const waiting = new Map<() => void, number>();
  const clock: Clock = {
    ...systemClock,
    after(ms, call) {
      const run = () => {
        waiting.delete(run);
        call();
      };
      waiting.set(run, ms);
      return () => void waiting.delete(run);
    },
  };
  let seen = 0;
  stop = watchFile(path, clock, () => seen++);
  return {
    /** Until the watcher has heard of a change and waits for the last of it; then that is over. */
    async settled() {
      await expect.poll(() => [...waiting.values()], { interval: 5, timeout: 5_000 }).toEqual([100]);
      for (const run of [...waiting.keys()]) run();
      return seen;
    },
    /** Lets whatever is waited for be over; how often it was looked by then. */
    look() {
      for (const run of [...waiting.keys()]) run();
      return seen;
    },
    waiting: () => [...waiting.values()],
    seen: () => seen,
  };
}

describe('a file that is watched', () => {
  it('is looked at once for a change of several steps, however it is written', async () => {
    const file = join(directory, 'config.yaml');
    await writeFile(file, '1');
    const watched = open(file);
    await writeFile(file, '2');
    expect(await watched.settled()).toBe(1);
    await writeFile(`${file}.new`, '3');
    await rename(`${file}.new`, file);
    expect(await watched.settled()).toBe(2);
    await rm(file);
    expect(await watched.settled()).toBe(3);
    await writeFile(file, '4');
    await writeFile(file, '5');
    expect(await watched.settled()).toBe(4);
  });

  it('is looked at when what a link on the way to it leads to changes', async () => {
    for (const name of ['a', 'b', 'links']) await mkdir(join(directory, name));
    await writeFile(join(directory, 'a/real.yaml'), '1');
    await writeFile(join(directory, 'b/real.yaml'), '1');
    await symlink('../a', join(directory, 'links/data'));
    await symlink('data/real.yaml', join(directory, 'links/config.yaml'));
    const watched = open(join(directory, 'links/config.yaml'));
    // It follows the links first, and looks once for what changed before that.
    expect(await watched.settled()).toBe(1);
    await writeFile(join(directory, 'a/real.yaml'), '2');
    expect(await watched.settled()).toBe(2);
    // As Kubernetes does: a link in the middle is replaced.
    await symlink('../b', join(directory, 'links/new'));
    await rename(join(directory, 'links/new'), join(directory, 'links/data'));
    await expect.poll(watched.look, { interval: 5, timeout: 5_000 }).toBeGreaterThan(2);
    // It looks once more when it has followed the links; what comes after that is heard of from the new place.
    const before = watched.seen();
    const written = async () => {
      await writeFile(join(directory, 'b/real.yaml'), String(watched.seen()));
      return watched.look();
    };
    await expect.poll(written, { interval: 5, timeout: 5_000 }).toBeGreaterThan(before + 2);
  });

  it('is not read any more once the watch is stopped', async () => {
    const file = join(directory, 'config.yaml');
    await writeFile(file, '1');
    const watched = open(file);
    await writeFile(file, '2');
    await expect.poll(watched.waiting, { interval: 5, timeout: 5_000 }).toEqual([100]);
    stop();
    expect([watched.waiting(), watched.seen()]).toEqual([[], 0]);
  });
});
