import { beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { readXml, type XmlElement } from '../transport/xml.ts';
import { type ObjectUpdate, readUpdate } from './collector.ts';
import { taskText } from './task-words.ts';
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
      looks.push(asked);
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
    for (const update of await readUpdates()) if (update.ref.type === 'Task') tasks.hear(update, false);
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

  it('that run are told, and that they are over, also when nobody hears how', () => {
    const { running } = listen();
    tasks.hear(state('running'), true);
    tasks.hear({ ref: task, kind: 'leave', changes: new Map() }, false);
    expect(running).toEqual([
      ['vm-1', 'powerOn'],
      ['vm-1', undefined],
    ]);
  });

  it('fail for whoever has asked, when they fail at once', async () => {
    listen();
    const followed = tasks.follow(task, 5_000, patient);
    tasks.hear(state('error'), false);
    await expect(followed).rejects.toMatchObject({ name: 'SoapFault' });
    expect(looks).toEqual([]);
  });

  it('are left to themselves when they take longer', async () => {
    listen();
    const followed = tasks.follow(task, 5_000, patient);
    await clock.pass(5_000);
    await expect(followed).resolves.toBeUndefined();
  });

  it('are looked at, less and less often, when nobody watches', async () => {
    answers = ['queued', 'running', 'running', 'success'];
    const followed = tasks.follow(task, 5_000, patient);
    await clock.pass(1_000);
    await expect(followed).resolves.toBeUndefined();
    expect(looks).toHaveLength(4);
  });

  it('have been accepted, whatever becomes of whoever asked', async () => {
    listen();
    const controller = new AbortController();
    const followed = tasks.follow(task, 5_000, controller.signal);
    controller.abort(new Error('gave up'));
    await expect(followed).resolves.toBeUndefined();
  });
});

it.each([
  ['powerOn', 'Powered on'],
  ['somethingNew', 'Task somethingNew done'],
  ['evil\u001b[2J', 'Task evil [2J done'],
])('the task %s is told as "%s"', (verb, text) => {
  expect(taskText({ entity: 'vm-1', verb, failure: undefined })).toBe(text);
});
