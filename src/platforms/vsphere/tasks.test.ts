import { beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { readXml, type XmlElement } from '../transport/xml.ts';
import { type ObjectUpdate, readUpdate } from './collector.ts';
import { createTasks, type EndedTask, type HeardOf, type Tasks } from './tasks.ts';
import { fixture } from './testkit/fixture.ts';

const task = { type: 'Task', value: 'task-5007' };
const patient = new AbortController().signal;

const value = (text: string): XmlElement => ({ name: 'val', attributes: {}, text, children: [] });
const state = (text: string): ObjectUpdate => ({
  ref: task,
  kind: 'modify',
  changes: new Map([
    ['info.state', value(text)],
    ['info.descriptionId', value('VirtualMachine.powerOn')],
    ['info.entity', value('vm-1')],
  ]),
});

async function readUpdates(): Promise<readonly ObjectUpdate[]> {
  const updates: ObjectUpdate[] = [];
  await readXml(fixture('updates.xml'), {
    take(element) {
      if (element.name === 'objectSet') updates.push(readUpdate(element));
      return false;
    },
  });
  return updates;
}

describe('tasks of a vCenter', () => {
  let clock: TestClock;
  let tasks: Tasks;
  let looks: string[];
  let answers: string[];

  beforeEach(() => {
    clock = createTestClock();
    looks = [];
    answers = [];
    tasks = createTasks(clock, async ({ value: asked }) => {
      looks.push(`${clock.ticks()}: ${asked}`);
      return new Map([['info.state', value(answers.shift() ?? 'running')]]);
    });
  });

  function listen() {
    const ended: EndedTask[] = [];
    const running: (readonly [string, string | undefined])[] = [];
    const heard: HeardOf[] = [];
    tasks.listen({
      heard: (one) => void heard.push(one),
      ended: (one) => void ended.push(one),
      running: (entity, verb) => void running.push([entity, verb]),
    });
    return { ended, running, heard };
  }

  it('are told when they end, each once, with what failed', async () => {
    const { ended } = listen();
    const updates = await readUpdates();
    expect(updates.map(({ kind, ref }) => `${kind} ${ref.type}`)).toEqual([
      ...Array(4).fill('enter Task'),
      'modify Task',
      ...Array(2).fill('modify VirtualMachine'),
    ]);
    for (const update of updates) if (update.ref.type === 'Task') tasks.hear(update, false);
    expect(ended.map(({ entity, verb, failure }) => [entity, verb, failure?.fault])).toEqual([
      ['vm-143', 'powerOn', 'InvalidPowerState'],
      ['vm-124', 'powerOn', undefined],
      ['vm-143', 'powerOn', 'InvalidPowerState'],
      ['vm-124', 'powerOn', undefined],
    ]);
  });

  it('that ended before anybody watched are no news', async () => {
    const { ended } = listen();
    for (const update of await readUpdates()) if (update.ref.type === 'Task') tasks.hear(update, true);
    expect(ended).toEqual([]);
  });

  it('tell how far they are, and how they ended', () => {
    const { heard } = listen();
    const { changes } = state('running');
    tasks.hear({ ref: task, kind: 'enter', changes: new Map([...changes, ['info.progress', value('42')]]) }, false);
    tasks.hear(state('success'), false);
    expect(heard.map(({ task: name, state: now, share }) => [name, now, share])).toEqual([
      [task.value, 'running', 0.42],
      [task.value, 'done', 1],
    ]);
  });

  it('that run are told, and that they are over, also when how they ended is not heard', () => {
    const { running } = listen();
    tasks.hear(state('running'), true);
    tasks.hear({ ref: task, kind: 'leave', changes: new Map() }, false);
    expect(running).toEqual([
      ['vm-1', 'powerOn'],
      ['vm-1', undefined],
    ]);
  });

  it('fail for the caller, when they fail at once', async () => {
    listen();
    const followed = tasks.follow(task, 5_000, patient);
    tasks.hear(state('error'), false);
    await expect(followed).rejects.toMatchObject({ name: 'SoapFault' });
    expect(looks).toEqual([]);
  });

  it('are left to themselves when they take longer', async () => {
    const { ended } = listen();
    let over = false;
    const followed = tasks.follow(task, 5_000, patient).then(() => {
      over = true;
    });
    await clock.pass(4_999);
    expect(over).toBe(false);
    await clock.pass(1);
    await followed;
    tasks.hear(state('success'), false);
    expect(ended).toHaveLength(1);
  });

  it('are over as soon as their end is heard', async () => {
    const { ended, running } = listen();
    const followed = tasks.follow(task, 5_000, patient);
    tasks.hear(state('success'), false);
    await expect(followed).resolves.toBeUndefined();
    expect(ended).toEqual([{ entity: 'vm-1', verb: 'powerOn', failure: undefined }]);
    expect(running).toEqual([['vm-1', undefined]]);
    // Sent late once more: old updates.
    tasks.hear(state('running'), false);
    tasks.hear(state('success'), false);
    // A caller that asks now has the answer at once.
    await tasks.follow(task, 5_000, patient);
    tasks.hear({ ref: task, kind: 'leave', changes: new Map() }, false);
    expect([ended.length, running.length]).toEqual([1, 1]);
    expect(looks).toEqual([]);
  });

  it.each([
    ['before anybody asked for its end', [false, true]],
    ['after that', [true, false]],
  ])('of our own that ended with the first round are news, heard %s', async (_when, [followFirst, followLate]) => {
    const { ended, heard } = listen();
    const early = followFirst ? tasks.follow(task, 5_000, patient) : undefined;
    tasks.hear(state('error'), true);
    await early?.catch(() => undefined);
    expect(ended).toHaveLength(followFirst ? 1 : 0);
    if (followLate) await expect(tasks.follow(task, 5_000, patient)).rejects.toMatchObject({ name: 'SoapFault' });
    expect(ended).toHaveLength(1);
    await tasks.follow(task, 5_000, patient).catch(() => undefined);
    expect(ended).toHaveLength(1);
    expect(heard.map(({ state: now, share }) => [now, share])).toEqual([['failed', Number.NaN]]);
  });

  it('are forgotten with the watch that told of them', async () => {
    listen();
    tasks.hear(state('success'), false);
    const { ended } = listen();
    tasks.hear(state('success'), false);
    expect(ended).toHaveLength(1);
    const own = tasks.follow({ ...task, value: 'task-6' }, 5_000, patient);
    await clock.pass(5_000);
    await own;
    const after = listen();
    tasks.hear({ ...state('success'), ref: { ...task, value: 'task-6' } }, true);
    expect(after.ended).toEqual([]);
  });

  it('of which little is reported have no share, no verb and no object', () => {
    const { heard } = listen();
    tasks.hear({ ref: task, kind: 'enter', changes: new Map([['info.state', value('queued')]]) }, false);
    expect(heard).toEqual([
      { task: task.value, entity: '', verb: '', state: 'running', share: Number.NaN, failure: undefined },
    ]);
  });

  it('are looked at, less and less often, when no watch runs', async () => {
    answers = ['queued', 'running', 'running', 'success'];
    const followed = tasks.follow(task, 5_000, patient);
    await clock.pass(700);
    await expect(followed).resolves.toBeUndefined();
    expect(looks).toEqual(
      Array(4)
        .fill('0: task-5007')
        .map((_, nth) => `${[0, 100, 300, 700][nth]}: task-5007`),
    );
  });

  it('are looked at until the time is over', async () => {
    const followed = tasks.follow(task, 6_300, patient);
    await clock.pass(10_000);
    await expect(followed).resolves.toBeUndefined();
    expect(looks.map((look) => Number.parseInt(look, 10))).toEqual([0, 100, 300, 700, 1_500, 3_100, 4_700]);
  });

  it('reject when a look tells that they failed, and are left alone when it tells nothing', async () => {
    answers = ['error'];
    await expect(tasks.follow(task, 5_000, patient)).rejects.toMatchObject({ name: 'SoapFault', fault: '' });
    const silent = createTasks(clock, () => Promise.reject(new Error('gone')));
    await expect(silent.follow(task, 5_000, patient)).resolves.toBeUndefined();
  });

  it('have been accepted, whatever becomes of the caller', async () => {
    listen();
    const controller = new AbortController();
    const followed = tasks.follow(task, 5_000, controller.signal);
    controller.abort(new Error('gave up'));
    await expect(followed).resolves.toBeUndefined();
  });
});
