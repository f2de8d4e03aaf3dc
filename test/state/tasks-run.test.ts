import { describe, expect, it } from 'vitest';
import { FleetError } from '../../src/errors.ts';
import { createTasks, NOT_SENT, type Task, type TaskWork } from '../../src/state/tasks.ts';
import { createTestClock } from '../clock.ts';

const done = (name: string): TaskWork => ({
  id: `id-${name}`,
  name,
  lane: 'h1',
  run: async () => ({ text: `${name} runs` }),
});
const failing = (name: string, error: unknown): TaskWork => ({
  id: `id-${name}`,
  name,
  lane: 'h1',
  run: () => Promise.reject(error),
});
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Work that ends when it is told to. */
function held(name: string, lane = 'h1') {
  const { promise, resolve } = Promise.withResolvers<{ text: string }>();
  let report = (_text: string) => {};
  const work: TaskWork = {
    id: name,
    name,
    lane,
    run(_signal, tell) {
      report = tell;
      return promise;
    },
  };
  return { work, end: () => resolve({ text: `${name} is done` }), report: (text: string) => report(text) };
}

describe('a task', () => {
  it('says what waits, what runs, how far it is and how it ended', async () => {
    const clock = createTestClock();
    const tasks = createTasks(clock);
    const one = held('web1');
    const seen: Task[] = [];
    tasks.subscribe(() => seen.push(tasks.list()[0] as Task));
    const startedAt = clock.now();
    const { id, ended } = tasks.run({ action: 'vm.start', title: 'Start web1', work: [one.work] });
    expect(tasks.running).toBe(1);
    one.report('at 50 %');
    await clock.pass(700);
    one.end();
    const task = await ended;
    expect(seen.map(({ state, items }) => [state, items[0]?.state, items[0]?.text])).toEqual([
      ['running', 'waiting', ''],
      ['running', 'running', ''],
      ['running', 'running', 'at 50 %'],
      ['running', 'done', 'web1 is done'],
      ['done', 'done', 'web1 is done'],
    ]);
    expect(task).toEqual({
      id,
      action: 'vm.start',
      title: 'Start web1',
      state: 'done',
      startedAt,
      endedAt: startedAt + 700,
      items: [{ id: 'web1', name: 'web1', state: 'done', text: 'web1 is done' }],
    });
    expect(seen[0]?.endedAt).toBeUndefined();
    expect(tasks.running).toBe(0);
  });

  it('calls no listener that has unsubscribed', async () => {
    const tasks = createTasks(createTestClock());
    let told = 0;
    tasks.subscribe(() => told++)();
    await tasks.run({ action: 'a', title: 'A', work: [done('x')] }).ended;
    expect(told).toBe(0);
  });

  it.each([
    ['done', [done('a'), done('b')], ['done', 'done']],
    ['done', [], []],
    ['partly', [done('a'), failing('b', new Error('no'))], ['done', 'failed']],
    ['failed', [failing('a', new Error('no')), failing('b', new Error('no'))], ['failed', 'failed']],
    ['unknown', [done('a'), failing('b', new FleetError('outcome.unknown', '?'))], ['done', 'unknown']],
  ] as const)('is %s by how its items ended', async (state, work, items) => {
    const tasks = createTasks(createTestClock());
    const task = await tasks.run({ action: 'a', title: 'A', work }).ended;
    expect([task.state, task.items.map((item) => item.state)]).toEqual([state, items]);
  });

  it('keeps why an item failed: sentence, code and fix', async () => {
    const tasks = createTasks(createTestClock());
    const { items } = await tasks.run({
      action: 'a',
      title: 'A',
      work: [
        failing('a', new FleetError('vm.not-found', 'it is gone', { fix: 'look' })),
        failing('b', new FleetError('op.failed', 'no room')),
        failing('c', new Error('boom')),
      ],
    }).ended;
    expect(items).toEqual([
      { id: 'id-a', name: 'a', state: 'failed', text: 'it is gone', code: 'vm.not-found', fix: 'look' },
      { id: 'id-b', name: 'b', state: 'failed', text: 'no room', code: 'op.failed' },
      { id: 'id-c', name: 'c', state: 'failed', text: expect.stringContaining('boom') },
    ]);
    expect(items[2]).not.toHaveProperty('code');
  });

  it('has what was kept of an item that is done', async () => {
    const tasks = createTasks(createTestClock());
    const kept = [{ kind: 'disk', name: 'a.qcow2', why: 'it is shared' }] as never;
    const work = { ...done('a'), run: async () => ({ text: 'deleted', kept }) };
    expect((await tasks.run({ action: 'a', title: 'A', work: [work] }).ended).items[0]).toMatchObject({ kept });
  });

  const statesOf = (tasks: ReturnType<typeof createTasks>) =>
    tasks
      .list()[0]
      ?.items.map(({ state }) => state[0])
      .join('');

  it('does four things at once on one endpoint, and the next one when one of them ends', async () => {
    const tasks = createTasks(createTestClock());
    const all = Array.from({ length: 6 }, (_, at) => held(`${at}`));
    const { ended } = tasks.run({ action: 'a', title: 'A', work: all.map(({ work }) => work) });
    expect(statesOf(tasks)).toBe('rrrrww');
    all[3]?.end();
    await settle();
    expect(statesOf(tasks)).toBe('rrrdrw');
    for (const { end } of all) end();
    expect((await ended).items.map(({ state }) => state)).toEqual(all.map(() => 'done'));
  });

  it('does as many on each endpoint: a slow one keeps no other waiting', () => {
    const tasks = createTasks(createTestClock());
    const work = ['h1', 'h1', 'h1', 'h2', 'h1', 'h3'].map((lane, at) => held(`${at}`, lane).work);
    tasks.run({ action: 'a', title: 'A', work, atOnce: 2 });
    expect(statesOf(tasks)).toBe('rrwrwr');
  });

  it('sends no more after as many failures as were asked for, and says so of each', async () => {
    const broken = (name: string) => failing(name, new FleetError('op.failed', `${name} broke`));
    const run = (...work: readonly TaskWork[]) =>
      createTasks(createTestClock()).run({ action: 'a', title: 'A', work, atOnce: 1, stopAfter: 2 }).ended;
    const { state, items } = await run(done('a'), broken('b'), broken('c'), done('d'), done('e'));
    expect(state).toBe('partly');
    expect(items.map((item) => [item.state, item.text])).toEqual([
      ['done', 'a runs'],
      ['failed', 'b broke'],
      ['failed', 'c broke'],
      ['cancelled', 'd: not sent, since 2 had failed'],
      ['cancelled', 'e: not sent, since 2 had failed'],
    ]);
    expect((await run(broken('b'), broken('c'), done('d'))).state).toBe('failed');
    expect((await run(broken('b'), done('c'), done('d'))).state).toBe('partly');
    const lost = failing('u', new FleetError('outcome.unknown', 'lost'));
    expect((await run(lost, lost, done('d'))).items.map((item) => item.state)).toEqual([
      'unknown',
      'unknown',
      'cancelled',
    ]);
  });

  it('is cancelled where nothing tells otherwise: what was sent may still happen, what was not is said', async () => {
    const tasks = createTasks(createTestClock());
    const until = (name: string, error: unknown): TaskWork => ({
      id: name,
      name,
      lane: 'h1',
      run: (signal) => new Promise((_, reject) => void signal.addEventListener('abort', () => reject(error))),
    });
    const { id, ended } = tasks.run({
      action: 'a',
      title: 'A',
      work: [
        until('a', new FleetError('op.timeout', 'late')),
        until('b', new FleetError('op.cancelled', NOT_SENT)),
        until('c', new Error('boom')),
        done('d'),
      ],
    });
    await settle();
    tasks.cancel(99);
    expect(tasks.list()[0]?.state).toBe('running');
    tasks.cancel(id);
    const { state, items } = await ended;
    const sent = 'cancelled; what was sent before may still happen';
    expect([state, items.map((item) => [item.state, item.text, item.code])]).toEqual([
      'cancelled',
      [
        ['cancelled', sent, 'op.cancelled'],
        ['cancelled', 'cancelled before it was sent', 'op.cancelled'],
        ['cancelled', sent, 'op.cancelled'],
        ['done', 'd runs', undefined],
      ],
    ]);
  });

  it('says what the work itself says of what was done before', async () => {
    const tasks = createTasks(createTestClock());
    const text = 'cancelled; detached before: vdb';
    const work: TaskWork = {
      ...{ id: 'a', name: 'a', lane: 'h1' },
      run: (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () =>
            reject(new FleetError('op.cancelled', text, { fix: 'look at vdc', cause: signal.reason })),
          );
        }),
    };
    const { id, ended } = tasks.run({ action: 'a', title: 'A', work: [work] });
    tasks.cancel(id);
    expect((await ended).items).toMatchObject([{ state: 'cancelled', text, code: 'op.cancelled', fix: 'look at vdc' }]);
  });

  it('hands the reason on to what runs', async () => {
    const tasks = createTasks(createTestClock());
    let reason: unknown;
    const work: TaskWork = {
      id: 'a',
      name: 'a',
      lane: 'h1',
      run: (signal) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            reason = signal.reason;
            resolve({ text: 'it was done already' });
          }),
        ),
    };
    const { id, ended } = tasks.run({ action: 'a', title: 'A', work: [work] });
    tasks.cancel(id);
    expect((await ended).state).toBe('done');
    expect(reason).toMatchObject({ code: 'op.cancelled', message: 'cancelled' });
  });

  it('is kept with the newest 200, the newest first, each with a number of its own', async () => {
    const tasks = createTasks(createTestClock());
    const ids = [];
    for (let at = 0; at < 201; at++) {
      const { id, ended } = tasks.run({ action: 'a', title: `${at}`, work: [done('x')] });
      ids.push(id);
      await ended;
    }
    expect(new Set(ids).size).toBe(201);
    expect(tasks.list().map(({ id }) => id)).toEqual(ids.slice(1).reverse());
    expect(tasks.list()[0]?.title).toBe('200');
  });

  it('leaves the others as they are', async () => {
    const tasks = createTasks(createTestClock());
    const [one, two] = [held('same'), held('same')];
    const first = tasks.run({ action: 'a', title: 'first', work: [one.work] });
    tasks.run({ action: 'a', title: 'second', work: [two.work] });
    expect(tasks.running).toBe(2);
    one.end();
    await first.ended;
    expect(tasks.list().map(({ title, state, items }) => [title, state, items[0]?.state])).toEqual([
      ['second', 'running', 'running'],
      ['first', 'done', 'done'],
    ]);
    expect(tasks.running).toBe(1);
    two.end();
  });
});
