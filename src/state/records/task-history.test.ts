import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { createRedactor } from '../files/redactor.ts';
import { createTasks, type TaskWork, type WorkResult } from '../tasks.ts';
import { createRecordLog } from './record-log.ts';
import { createTaskHistory } from './task-history.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-tasks-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** One run of drover. */
function drover(clock: Clock = systemClock) {
  const troubles: string[] = [];
  const redactor = createRedactor();
  const trouble = (message: string) => void troubles.push(message);
  const history = createTaskHistory({ folder, clock, redactor, env: { SUDO_USER: 'anna' }, trouble });
  return { history, redactor, troubles, tasks: createTasks(clock, history) };
}
const work = (name: string, run: () => Promise<WorkResult>): TaskWork => ({
  id: `host1/${name}`,
  name,
  lane: 'h1',
  run,
});
const done = (name: string) => work(name, async () => ({ text: `${name} is running` }));
const fails = (name: string) =>
  work(name, () => Promise.reject(new FleetError('op.failed', `${name}: no memory`, { fix: 'stop another one' })));
const read = async () => (await drover().history.refresh()).map(({ task }) => task);

/** A task that began in a process that is gone. */
const began = (given: object = {}) =>
  `${JSON.stringify({
    phase: 'began',
    run: 'gone',
    id: 1,
    at: Date.now(),
    pid: 999_999_999,
    started: '1',
    host: hostname(),
    who: 'anna@desk',
    action: 'vm.stop',
    title: 'Stop 2 VMs',
    items: [
      ['host1/web1', 'web1'],
      ['host1/db1', 'db1'],
    ],
    count: 2,
    ...given,
  })}\n`;

describe('tasks', () => {
  it('F-220 F-434 are there in the next run, with who began them and what became of each object', async () => {
    const { history, tasks } = drover();
    await tasks.run({ action: 'vm.start', title: 'Start web1', work: [done('web1')] }).ended;
    await tasks.run({ action: 'vm.start', title: 'Start 2 VMs', work: [done('a'), fails('b')] }).ended;
    await history.written();
    const found = await drover().history.refresh();
    expect(found.map(({ task, who, counts }) => [task.title, task.state, who, counts])).toEqual([
      ['Start 2 VMs', 'partly', expect.stringContaining('anna@'), { done: 1, failed: 1 }],
      ['Start web1', 'done', expect.stringContaining('anna@'), { done: 1 }],
    ]);
    expect(found[0]?.task.items).toEqual([
      { id: 'host1/b', name: 'b', state: 'failed', text: 'b: no memory', fix: 'stop another one', code: 'op.failed' },
      { id: 'host1/a', name: 'a', state: 'done', text: 'a is running' },
    ]);
    expect(found[0]?.key).toBe(`${history.run}-2`);
  });

  it('F-220 that were cut off are never told as done: what had ended is known, of the rest nothing is', async () => {
    const ended = { id: 'host1/web1', name: 'web1', state: 'done', text: 'web1 is stopped' };
    const line = JSON.stringify({ phase: 'item', run: 'gone', id: 1, at: Date.now(), item: ended });
    await writeFile(join(folder, 'tasks.jsonl'), `${began()}${line}\n`);
    expect(await read()).toMatchObject([
      {
        state: 'interrupted',
        endedAt: undefined,
        items: [ended, { name: 'db1', state: 'unknown', text: expect.stringContaining('may have happened') }],
      },
    ]);
  });

  it('of another drover are told as running while its process is there', async () => {
    const one = drover();
    const { promise: held, resolve: end } = Promise.withResolvers<WorkResult>();
    const { ended } = one.tasks.run({ action: 'vm.stop', title: 'Stop web1', work: [work('web1', () => held)] });
    await one.history.written();
    const seen = await drover().history.refresh();
    expect(seen.map(({ task, runsIn }) => [task.state, runsIn])).toEqual([['running', `process ${process.pid}`]]);
    // the same number, given to another process since
    await appendFile(join(folder, 'tasks.jsonl'), began({ pid: process.pid }));
    expect((await read()).map(({ state }) => state)).toEqual(['interrupted', 'running']);
    end({ text: 'web1 is stopped' });
    await ended;
    await one.history.written();
    expect((await read()).map(({ state }) => state)).toEqual(['interrupted', 'done']);
  });

  it('of another machine that shares the home count as running for a day, since it can not be asked', async () => {
    const now = Date.now();
    const lines = [began({ host: 'elsewhere' }), began({ host: 'elsewhere', id: 2, at: now - 25 * 3_600_000 })];
    await writeFile(join(folder, 'tasks.jsonl'), lines.join(''));
    const found = await drover().history.refresh();
    expect(found.map(({ task, runsIn }) => [task.state, runsIn])).toEqual([
      ['running', 'process 999999999 on elsewhere'],
      ['interrupted', undefined],
    ]);
  });

  it('are written by two drovers at once, and none is lost', async () => {
    const both = [drover(), drover()];
    await Promise.all(
      both.flatMap(({ tasks }, at) =>
        Array.from(
          { length: 20 },
          (_, count) => tasks.run({ action: 'a', title: `Task ${at}.${count}`, work: [done('web1')] }).ended,
        ),
      ),
    );
    await Promise.all(both.map(({ history }) => history.written()));
    const titles = new Set((await read()).map(({ title, state }) => `${title} ${state}`));
    expect(titles.size).toBe(40);
    expect([...titles].every((title) => title.endsWith(' done'))).toBe(true);
  });

  it('are kept without secrets, and without the answers that were for the user alone', async () => {
    const { history, redactor, tasks } = drover();
    redactor.add('hunter22');
    const linked = work('f', async () => ({ text: 'f: https://x.test/?sig=abc', answer: 'https://x.test/?sig=abc' }));
    await tasks.run({ action: 'a', title: 'Set hunter22', work: [linked] }).ended;
    await history.written();
    const text = await readFile(join(folder, 'tasks.jsonl'), 'utf8');
    expect(text).not.toMatch(/hunter22|sig=abc/);
    expect((await read())[0]?.items[0]?.text).toBe('f: (shown then)');
  });

  it('on very many objects keep those that failed, and the count of all', async () => {
    const { history, tasks } = drover();
    const many = Array.from({ length: 600 }, (_, at) => (at === 599 ? fails('last') : done(`vm${at}`)));
    await tasks.run({ action: 'a', title: 'Start 600 VMs', work: many }).ended;
    await history.written();
    const [found] = await drover().history.refresh();
    expect([found?.counts, found?.task.items.length, found?.task.items[0]?.name]).toEqual([
      { done: 599, failed: 1 },
      500,
      'last',
    ]);
  });

  it('that can not be kept are told of once, and go on', async () => {
    await mkdir(join(folder, 'tasks.jsonl'));
    const { history, tasks, troubles } = drover();
    for (const name of ['a', 'b']) {
      await tasks.run({ action: 'a', title: 'A', work: [done(name)] }).ended;
      await history.written();
    }
    expect(troubles).toEqual([
      expect.stringMatching(/tasks\.jsonl can't be written: it is .*; what happens now is not kept/),
    ]);
  });
});

describe('the file of records', () => {
  const open = (longest: number) =>
    createRecordLog<{ readonly n: number }>({
      file: join(folder, 'state/notes.jsonl'),
      clock: systemClock,
      redactor: createRedactor(),
      parse: (value) =>
        typeof value === 'object' && value !== null && 'n' in value ? (value as { n: number }) : undefined,
      trouble: (message) => expect.fail(message),
      longest,
    });

  it('is bounded: what is too long is set aside, and the oldest goes', async () => {
    const log = open(500);
    for (let n = 0; n < 300; n++) {
      log.add({ n });
      if (n % 20 === 0) await log.written();
    }
    await log.written();
    const lines = await log.read();
    expect(lines.at(-1)).toEqual({ n: 299 });
    expect(lines.map(({ n }) => n)).toEqual(lines.map((_, at) => 300 - lines.length + at));
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.length).toBeLessThan(300);
    expect((await readdir(join(folder, 'state'))).length).toBeLessThanOrEqual(3);
  });

  it('is read around what is damaged', async () => {
    const log = open(100_000);
    log.add({ n: 1 });
    await log.written();
    await appendFile(join(folder, 'state/notes.jsonl'), '{"n":\n[]\nnull\n"x"\n{"m":1}\n{"n":2');
    log.add({ n: 3 });
    await log.written();
    expect(await log.read()).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it('may not be there', async () => {
    expect(await open(100).read()).toEqual([]);
  });
});
