import { chmod, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.ts';
import { systemClock } from '../../clock.ts';
import { type Schedule, switched } from './schedule.ts';
import { createSchedules } from './schedules.ts';

const HOUR = 3_600_000;
const START = new Date('2026-11-30T12:00').getTime();

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-schedules-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('schedules', () => {
  /** The time of day is what a test says it is. */
  const drover = () => {
    const time = { now: START };
    const clock: Clock = { ...systemClock, now: () => time.now };
    return { time, schedules: createSchedules(folder, clock), other: createSchedules(folder, clock) };
  };
  const signal = new AbortController().signal;
  const hourly = (name = 'hourly', more: Partial<Schedule> = {}): Schedule => ({
    name,
    words: ['vm', 'start', 'web1'],
    config: '/etc/drover.yaml',
    when: { first: START + HOUR, every: { minutes: 60 } },
    lateMs: HOUR / 2,
    enabled: true,
    confirmed: false,
    madeBy: 'anna@desk',
    madeAt: START,
    handledUpTo: START,
    ...more,
  });
  const names = (list: readonly Schedule[]) => list.map(({ name }) => name);

  it('F-220 gives a run that is due to one of two drovers, once', async () => {
    const { time, schedules, other } = drover();
    await schedules.add(hourly(), signal);
    expect([await schedules.isDue(), names((await schedules.claim(signal)).runs)]).toEqual([false, []]);
    time.now += HOUR + 1_000;
    expect(await other.isDue()).toBe(true);
    const claims = await Promise.all([schedules.claim(signal), other.claim(signal)]);
    expect(claims.flatMap(({ runs }) => names(runs))).toEqual(['hourly']);
    // As long as it runs, it does not run a second time.
    time.now += HOUR;
    expect(await other.isDue()).toBe(false);
    expect((await other.claim(signal)).runs).toEqual([]);
    const [claimed = hourly()] = claims.flatMap(({ runs }) => runs);
    await schedules.ended(claimed, { at: time.now, state: 'done', text: 'web1 is running' });
    expect((await other.list())[0]).toMatchObject({ last: { state: 'done', text: 'web1 is running' } });
    const [again] = (await other.claim(signal)).runs;
    expect(again?.name).toBe('hourly');
    // A run that ends after it was given up is not the one that goes on now.
    await schedules.ended(claimed, { at: time.now, state: 'failed', text: 'late' });
    expect((await other.list())[0]).toMatchObject({ running: again?.running, last: { state: 'done' } });
  });

  it('F-220 tells how many runs were missed, and begins the last of them only where it is not too late', async () => {
    const { time, schedules } = drover();
    await schedules.add(hourly('late'), signal);
    await schedules.add(hourly('missed', { lateMs: 60_000 }), signal);
    await schedules.add(hourly('off', { enabled: false }), signal);
    time.now += 3 * HOUR + 600_000;
    const { runs, failures } = await schedules.claim(signal);
    expect(names(runs)).toEqual(['late']);
    expect(failures.map(({ schedule, text }) => `${schedule.name}: ${text}`)).toEqual([
      'late: 2 runs were missed: no drover was there to begin them',
      'missed: 3 runs were missed, the last at 2026-11-30 15:00: no drover was there to begin them',
    ]);
    expect((await schedules.list())[1]).toMatchObject({ name: 'missed', last: { state: 'missed' } });
    expect(await schedules.claim(signal)).toEqual({ runs: [], failures: [] });
  });

  it('F-220 does not tell as missed what was due while the last run went on', async () => {
    const { time, schedules } = drover();
    await schedules.add(hourly('long', { lateMs: 60_000 }), signal);
    time.now += HOUR;
    const [claimed = hourly()] = (await schedules.claim(signal)).runs;
    expect(claimed.name).toBe('long');
    // From 13:00 to 15:10: it was due at 14:00 and 15:00.
    time.now += 2 * HOUR + 600_000;
    const last = { at: START + HOUR, endedAt: time.now, state: 'done', text: 'web1 is running' } as const;
    await schedules.ended(claimed, last);
    expect([await schedules.isDue(), await schedules.claim(signal)]).toEqual([false, { runs: [], failures: [] }]);
    expect((await schedules.list())[0]?.last).toEqual(last);
    time.now += 2 * HOUR - 600_000;
    const { runs, failures } = await schedules.claim(signal);
    expect(names(runs)).toEqual(['long']);
    expect(failures.map(({ text }) => text)).toEqual(['1 run was missed: no drover was there to begin it']);
  });

  it('F-220 tells of a run whose drover has ended before it did, and does not repeat it', async () => {
    const { time, schedules } = drover();
    const gone = { pid: 2 ** 22 + 1, started: '1', host: hostname(), at: START };
    await schedules.add(hourly('cut', { running: gone }), signal);
    await schedules.add(hourly('elsewhere', { running: { ...gone, host: 'another-machine' } }), signal);
    // Nothing is to be run, but there is something to be reported.
    expect(await schedules.isDue()).toBe(true);
    const { runs, failures } = await schedules.claim(signal);
    expect([runs, failures.map(({ text }) => text)]).toEqual([
      [],
      ['it was interrupted: the drover that ran it ended before it did'],
    ]);
    expect(await schedules.list()).toMatchObject([{ last: { state: 'interrupted' } }, { running: { at: START } }]);
    time.now += HOUR;
    expect(names((await schedules.claim(signal)).runs)).toEqual(['cut']);
    // What runs on another machine can't be asked about: it is over when it may not go on any longer.
    time.now += 11 * HOUR;
    expect((await schedules.claim(signal)).failures).toEqual([]);
    time.now += HOUR;
    expect((await schedules.claim(signal)).failures).toMatchObject([
      { schedule: { name: 'elsewhere' }, text: expect.stringContaining('it was interrupted') },
      { schedule: { name: 'elsewhere' }, text: expect.stringContaining('missed') },
    ]);
  });

  it('forgets what was due while one was off, and nothing of one that is switched on already', () => {
    const [on, off] = [hourly(), hourly('off', { enabled: false })];
    expect(switched(off, true, START + HOUR)).toEqual({ ...off, enabled: true, handledUpTo: START + HOUR });
    expect(switched(on, true, START + HOUR)).toBe(on);
  });

  it('runs nothing that another user could have written, and keeps a damaged file', async () => {
    const { time, schedules } = drover();
    await schedules.add(hourly(), signal);
    await expect(schedules.add(hourly(), signal)).rejects.toThrow('there is a schedule hourly already');
    await expect(schedules.remove('nightly', signal)).rejects.toThrow('there is no schedule "nightly"');
    time.now += HOUR;
    const file = join(folder, 'schedules.json');
    await chmod(file, 0o622);
    await expect(schedules.claim(signal)).rejects.toThrow('other users may write to it');
    await chmod(file, 0o600);
    await chmod(folder, 0o770);
    await expect(schedules.claim(signal)).rejects.toThrow('other users may write to its folder');
    await chmod(folder, 0o700);
    await rename(file, join(folder, 'elsewhere.json'));
    await symlink('elsewhere.json', file);
    await expect(schedules.claim(signal)).rejects.toThrow('it is a link to another file');
    await rename(join(folder, 'elsewhere.json'), file);
    const text = (await readFile(file, 'utf8')).replace('"minutes": 60', '"minutes": 0');
    await writeFile(file, text);
    for (const use of [() => schedules.list(), () => schedules.claim(signal), () => schedules.remove('hourly', signal)])
      await expect(use()).rejects.toThrow('is damaged: schedule 1 is none');
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});
