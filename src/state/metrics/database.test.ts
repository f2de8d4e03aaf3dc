import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HistoryRange } from '../../platforms/contract.ts';
import { createMetricDatabase, type MetricDatabase } from './database.ts';
import { journalModeOf } from './journal-mode.ts';
import { openFile } from './open-file.ts';
import { METRICS, type MinuteBlock, type SeriesKey } from './points.ts';
import { CREATE_TABLES } from './schema.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 1);
const KEEP = { days: 365, bytes: 2 ** 30 };
const web1: SeriesKey = { source: 'kvm root@host1', object: 'web1', machine: 'uuid-1' };
const NONE = Number.NaN;

const block = (now: number, cpu: number, key = web1): MinuteBlock => ({
  minute: Math.floor(now / MINUTE),
  keys: [key],
  means: Float64Array.of(cpu, 2 ** 30, 1000, 2000, 3000, NONE),
});

/** In memory: what is on a disk is asked of real files below. */
function open() {
  const sqlite = new DatabaseSync(':memory:');
  sqlite.exec(`PRAGMA auto_vacuum = INCREMENTAL; ${CREATE_TABLES}`);
  const count = (table: string) => Number(sqlite.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
  return { sqlite, count, database: createMetricDatabase(sqlite) };
}
const cpus = (database: MetricDatabase, range: HistoryRange, now: number, key = web1) =>
  database.read(key, range, now).rows.map(({ at, cpu }) => [(at - START) / MINUTE, Number(cpu.toFixed(3))]);

describe('metrics on the disk', () => {
  it('F-120 have each minute of the last hour, with what is not known, and none in which nothing was measured', () => {
    const { database } = open();
    database.add(block(START, 0.25));
    database.add(block(START + 2 * MINUTE, 0.5));
    const { stepMs, rows } = database.read(web1, 'hour', START + 2 * MINUTE);
    expect(stepMs).toBe(MINUTE);
    expect(rows).toEqual([
      { at: START, cpu: 0.25, memory: 2 ** 30, diskRead: 1000, diskWrite: 2000, netRx: 3000, netTx: NONE },
      { ...rows[0], at: START + 2 * MINUTE, cpu: 0.5 },
    ]);
    expect(cpus(database, 'hour', START + 61 * MINUTE)).toEqual([[2, 0.5]]);
  });

  it('F-120 are of one machine on one endpoint, whatever others are called', () => {
    const { database } = open();
    database.add(block(START, 0.25));
    for (const other of [{ machine: 'uuid-2' }, { source: 'kvm root@host2' }, { object: 'web2' }])
      expect(cpus(database, 'hour', START, { ...web1, ...other })).toEqual([]);
  });

  it('F-120 go along when a machine moves to another host, but not when it was copied with its uuid', () => {
    const { database } = open();
    const machine = '6f1b9c1e-0000-4000-8000-000000000001';
    const [before, after] = [
      { ...web1, machine },
      { ...web1, machine, source: 'kvm root@host2' },
    ];
    database.add(block(START, 0.25, before));
    database.add(block(START + MINUTE, 0.5, before));
    database.add(block(START + MINUTE, 0.75, after));
    const now = START + 2 * MINUTE;
    expect(cpus(database, 'hour', now, after)).toEqual([
      [0, 0.25],
      [1, 0.75],
    ]);
    expect(cpus(database, 'hour', now, { ...after, source: 'vsphere root@host2' })).toEqual([]);
    database.add(block(START + 2 * MINUTE, 0.5, before));
    database.add(block(START + 2 * MINUTE, 1, after));
    expect(cpus(database, 'hour', now, after)).toEqual([
      [1, 0.75],
      [2, 1],
    ]);
  });

  it('F-120 roll minutes up to hours and days, each as long as it was measured', () => {
    const { database } = open();
    // An hour at a tenth, and a minute of the next at ten times as much.
    for (let minute = 0; minute < 60; minute++) database.add(block(START + minute * MINUTE, 0.1));
    database.add(block(START + HOUR, 1));
    const now = START + HOUR;
    expect(cpus(database, 'week', now)).toEqual([
      [0, 0.1],
      [60, 1],
    ]);
    expect(cpus(database, 'year', now)).toEqual([[0, 0.115]]);
    expect(cpus(database, 'month', now)).toEqual([[0, 0.115]]);
    expect(cpus(database, 'day', now)).toEqual([
      [0, 0.1],
      [15, 0.1],
      [30, 0.1],
      [45, 0.1],
      [60, 1],
    ]);
  });

  it('F-120 roll up what an earlier run has left, and what two drovers wrote once only', () => {
    const { database } = open();
    database.add(block(START, 0.1));
    database.add(block(START, 0.9));
    const later = START + 30 * DAY;
    database.tidy(later, KEEP);
    database.tidy(later, KEEP);
    expect(cpus(database, 'hour', START)).toEqual([]);
    expect(cpus(database, 'month', later - HOUR)).toEqual([[0, 0.1]]);
    expect(cpus(database, 'year', later)).toEqual([[0, 0.1]]);
  });

  it('F-120 go when they are too old: minutes after 2 days, hours after 60, days as the configuration says', () => {
    const { database, count } = open();
    for (let day = 0; day <= 100; day += 10) {
      database.add(block(START + day * DAY, 0.5));
      database.tidy(START + day * DAY, { ...KEEP, days: 90 });
    }
    expect([count('minute'), count('hour'), count('day')]).toEqual([1, 7, 10]);
    database.tidy(START + 400 * DAY, { ...KEEP, days: 90 });
    expect(['minute', 'hour', 'day', 'series'].map(count)).toEqual([0, 0, 0, 0]);
  });

  it('F-120 stay within the size of the file: the oldest minutes go first', () => {
    const { database, count, sqlite } = open();
    const keys = Array.from({ length: 20 }, (_, vm) => ({ ...web1, object: `vm${vm}` }));
    const means = new Float64Array(keys.length * METRICS.length).fill(0.5);
    const first = START / MINUTE;
    for (let minute = 0; minute < 240; minute++) database.add({ minute: first + minute, keys, means });
    const now = START + 239 * MINUTE;
    const pages = () => Number(sqlite.prepare('PRAGMA page_count').get()?.['page_count']) * 4096;
    const before = pages();
    database.tidy(now, { ...KEEP, bytes: before * 0.9 });
    expect(pages()).toBeLessThanOrEqual(before * 0.9);
    expect([count('minute'), count('hour'), count('day')]).toEqual([180 * 20, 80, 20]);
    // What charts are drawn of stays, however small the bound is.
    database.tidy(now, { ...KEEP, bytes: 1 });
    expect([count('minute'), count('hour'), count('day')]).toEqual([180 * 20, 80, 20]);
  });

  it('are told apart after the clock was set back', () => {
    const { database } = open();
    database.add(block(START + DAY, 0.5));
    database.tidy(START + DAY, KEEP);
    database.add(block(START, 0.25));
    expect(cpus(database, 'week', START)).toEqual([[0, 0.25]]);
  });
});

describe('the file of the metrics', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drover-metrics-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const file = () => join(folder, 'drover', 'metrics.db');
  const refused = (text: string) => expect(openFile(file())).rejects.toThrow(text);

  it('is readable by its owner alone, with what SQLite puts beside it, and is shared by two drovers', async () => {
    const [one, two] = await Promise.all([openFile(file()), openFile(file())]);
    const [mine, theirs] = [createMetricDatabase(one), createMetricDatabase(two)];
    mine.add(block(START, 0.25));
    theirs.add(block(START, 0.75));
    theirs.add(block(START + MINUTE, 0.5));
    expect(cpus(mine, 'hour', START + MINUTE)).toEqual([
      [0, 0.25],
      [1, 0.5],
    ]);
    for (const name of ['', '-wal', '-shm']) expect((await stat(`${file()}${name}`)).mode & 0o777).toBe(0o600);
    mine.close();
    theirs.close();
  });

  it('is named and left as it is where it is damaged, newer, or of another program', async () => {
    (await openFile(file())).close();
    const whole = await readFile(file());
    const newer = new DatabaseSync(file());
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    await refused(`${file()} was written by another drover (version 99, not 1); no metrics are kept`);
    const damaged = Buffer.alloc(whole.length, 'x');
    await writeFile(file(), damaged);
    await refused(`${file()} is damaged (file is not a database); no metrics are kept`);
    expect((await readFile(file())).equals(damaged)).toBe(true);
    await rm(file());
    const other = new DatabaseSync(file());
    other.exec('CREATE TABLE theirs (a)');
    other.close();
    await refused(`${file()} is no file of drover's; no metrics are kept`);
  });

  it('has no log of one machine alone where several may write it', () => {
    const [nfs, ext4] = [{ type: 0x6969 }, { type: 0xef53 }];
    expect([nfs, ext4].map(journalModeOf)).toEqual(['TRUNCATE', 'WAL']);
  });

  it('says so where there is no SQLite, and where it can not be made', async () => {
    await expect(openFile(file(), async () => undefined)).rejects.toMatchObject({
      message: `this Node (${process.version}) has no SQLite; no metrics are kept`,
      fix: 'run drover with Node 22.13 or newer',
    });
    await writeFile(join(folder, 'drover'), '');
    await chmod(join(folder, 'drover'), 0o600);
    await refused(`${file()} can't be made: a part of its path is not a directory; no metrics are kept`);
  });
});
