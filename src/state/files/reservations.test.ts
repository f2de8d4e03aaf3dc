import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { createReservations } from './reservations.ts';

/** Beyond what a Linux kernel gives to a process. */
const NO_PROCESS = 2 ** 22 + 1;
const [DATA, LOGS] = ['host1/data', 'host1/logs'];

let top = '';
let count = 0;
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'drover-reserved-'));
});
afterAll(() => rm(top, { recursive: true, force: true }));

/** Two drovers on one folder. */
function two() {
  const folder = join(top, String(++count), 'reserved');
  const clock = createTestClock();
  return { folder, clock, here: createReservations(folder, clock), there: createReservations(folder, clock) };
}

it('F-090 keeps what a form has chosen from the forms of another drover, until it is released', async () => {
  const { folder, here, there } = two();
  const [one, other] = [here.open(), there.open()];
  expect(await one.take([DATA])).toBeUndefined();
  const by = `another form of drover, PID ${process.pid}`;
  expect(await there.others(other)).toEqual(new Map([[DATA, by]]));
  expect(await other.take([LOGS, DATA])).toEqual({ name: DATA, by });
  // Of what was refused nothing is kept.
  expect(await here.others(one)).toEqual(new Map());
  expect(await one.take([LOGS])).toBeUndefined();
  expect(await other.take([DATA])).toBeUndefined();
  await Promise.all([one.release(), other.release()]);
  expect(await readdir(folder)).toEqual([]);
});

it('F-090 keeps it from another form of the same drover, whose operation may be under way', async () => {
  const { here } = two();
  const [one, other] = [here.open(), here.open()];
  await one.take([DATA]);
  expect(await other.take([DATA])).toEqual({ name: DATA, by: 'something else that this drover does' });
  await one.release();
  expect(await other.take([DATA])).toBeUndefined();
});

it('F-090 gives it to one at most when two take it at once', async () => {
  const { here, there } = two();
  const answers = await Promise.all([here.open().take([DATA]), there.open().take([DATA])]);
  expect(answers.filter((taken) => taken === undefined).length).toBeLessThan(2);
});

it('F-090 keeps what was chosen while the choice before it was looked at, and refused', async () => {
  const { here, there } = two();
  const [one, other] = [here.open(), there.open()];
  await other.take([DATA]);
  const answers = await Promise.all([one.take([DATA]), one.take([LOGS])]);
  expect(answers).toMatchObject([{ name: DATA }, undefined]);
  expect([...(await there.others(other)).keys()]).toEqual([LOGS]);
});

it('F-090 tries again what could not be written, and so others know of it', async () => {
  const { folder, clock, here, there } = two();
  await writeFile(join(top, String(count)), '');
  const one = here.open();
  await one.take([DATA]);
  await rm(join(top, String(count)));
  await clock.pass(60_000);
  await vi.waitFor(async () => expect(await readdir(folder)).toHaveLength(1), 10_000);
  expect([...(await there.others(there.open())).keys()]).toEqual([DATA]);
});

it('F-090 forgets what a process had that has died, and what was left behind on another machine', async () => {
  const { folder, here } = two();
  const form = here.open();
  await form.take([LOGS]);
  const left = (name: string, holder: object) =>
    writeFile(join(folder, name), JSON.stringify({ started: '', names: [DATA], ...holder }));
  await left('dead.json', { pid: NO_PROCESS, host: (await import('node:os')).hostname() });
  await left('far.json', { pid: 1, host: 'elsewhere' });
  await writeFile(join(folder, 'damaged.json'), '{');
  expect(await here.others(form)).toEqual(new Map([[DATA, 'another form of drover, PID 1']]));
  const { mtimeMs } = await stat(join(folder, 'far.json'));
  await utimes(join(folder, 'far.json'), mtimeMs / 1_000 - 181, mtimeMs / 1_000 - 181);
  expect(await form.take([DATA])).toBeUndefined();
  expect((await readdir(folder)).filter((name) => /^(dead|far)/.test(name))).toEqual(['far.json']);
});

it('does without a folder that can not be written', async () => {
  const reservations = createReservations('/dev/null/reserved', createTestClock());
  const form = reservations.open();
  expect(await form.take([DATA])).toBeUndefined();
  expect(await reservations.others(form)).toEqual(new Map());
});
