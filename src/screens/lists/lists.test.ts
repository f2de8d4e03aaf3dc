import { describe, expect, it } from 'vitest';
import { host1, type LightOptions, openStage, settled } from '../../../test/screens/light-stage.tsx';
import { painted, plain } from '../../../test/screens/painted.ts';
import { aVm } from '../../../test/state/objects.ts';
import type { ViewActionId } from '../../actions/view.ts';
import { FleetError } from '../../errors.ts';
import type { PlatformEvent, WireLine } from '../../platforms/contract.ts';
import type { PastTask } from '../../state/records/past-tasks.ts';
import type { Task, TaskItem, Tasks } from '../../state/tasks.ts';
import type { Mouse } from '../../terminal/keys.ts';
import type { View } from '../stage.ts';
import { createEventsView } from './events-view.ts';
import { createListState } from './list-state.ts';
import { clicks, movement } from './movement.ts';
import { createTasksView } from './tasks-view.ts';
import { createWireLogView } from './wire-log-view.ts';

const noon = new Date(2026, 0, 1, 12).getTime();
const shown = (view: View, columns = 60, rows = 8) => view.lines({ columns, rows }).map(painted).join('\n');
const unpainted = (view: View) => shown(view, 70, 14).replace(/\{\w+\|([^}]*)\}/g, '$1');
const does = (view: View, ...ids: readonly ViewActionId[]) => {
  for (const id of ids) view.handlers[id]?.();
};
const click = (row: number, given: Partial<Mouse> = {}): Mouse =>
  ({ kind: 'mouse', action: 'press', button: 'left', column: 3, row, ...given }) as Mouse;

describe('a list', () => {
  const filled = (follow: boolean, length = 20, height = 5) => {
    const list = createListState(follow);
    list.window(length, height);
    return list;
  };

  it('keeps its cursor inside, and the window around it', () => {
    const list = filled(false);
    expect([list.at, list.page, list.atEnd]).toEqual([0, 4, false]);
    list.step(-1);
    expect(list.at).toBe(0);
    list.step(6);
    expect([list.at, list.window(20, 5)]).toEqual([6, 2]);
    list.step(-2);
    expect([list.at, list.window(20, 5)]).toEqual([4, 2]);
    list.step(-3);
    expect([list.at, list.window(20, 5)]).toEqual([1, 1]);
    list.step(100);
    expect([list.at, list.window(20, 5), list.atEnd]).toEqual([19, 15, false]);
    expect([list.window(8, 5), list.at]).toEqual([3, 7]);
    expect([list.window(0, 5), list.at]).toEqual([0, 0]);
    expect([list.window(3, 0), list.page]).toEqual([1, 1]);
  });

  it('follows its end until a user goes up', () => {
    const list = filled(true);
    expect([list.at, list.atEnd]).toEqual([19, true]);
    list.window(25, 5);
    expect(list.at).toBe(24);
    list.step(-1);
    list.window(30, 5);
    expect([list.at, list.atEnd]).toEqual([23, false]);
    list.step(5);
    expect(list.atEnd).toBe(false);
    list.step(1);
    expect([list.at, list.atEnd]).toEqual([29, true]);
  });

  it.each([
    [0, 3],
    [2, 5],
    [4, 7],
    [5, 5],
    [-1, 5],
  ])('goes to the line %i of its window: %i', (line, at) => {
    const list = filled(false);
    list.step(7);
    list.window(20, 5);
    list.step(-2);
    list.window(20, 5);
    list.toLine(line);
    expect(list.at).toBe(at);
  });

  it('has no lines behind its end', () => {
    const list = filled(false, 2);
    list.toLine(2);
    expect(list.at).toBe(0);
    list.toLine(1);
    expect(list.at).toBe(1);
  });

  it.each<[ViewActionId, number]>([
    ['view.down', 21],
    ['view.up', 19],
    ['view.half-down', 24],
    ['view.half-up', 16],
    ['view.page-down', 27],
    ['view.page-up', 13],
    ['view.first', 0],
    ['view.last', 49],
  ])('moves by %s from row 20 to %i, and is drawn', (id, at) => {
    const list = createListState(false);
    list.window(50, 8);
    list.step(20);
    list.window(50, 8);
    let drawn = 0;
    movement(list, () => drawn++)[id]?.();
    expect([list.at, drawn]).toEqual([at, 1]);
  });

  it.each([
    [click(1), 0, true],
    [click(3), 2, true],
    [click(0), 1, true],
    [click(3, { button: 'right' }), 1, false],
    [click(3, { action: 'release' }), 1, false],
  ])('is clicked below its titles: %o', (event, at, isClick) => {
    const list = filled(false);
    list.step(1);
    expect([clicks(list)(event, { columns: 1, rows: 1 }), list.at]).toEqual([isClick, at]);
  });
});

describe('events', () => {
  const open = (events: readonly PlatformEvent[]) => {
    const light = openStage();
    light.store.push(host1, { kind: 'events', events });
    light.store.flush();
    const gone: string[] = [];
    const view = createEventsView(light.stage, (id, name) => void gone.push(`${id} ${name}`));
    return { ...light, view, gone };
  };
  const some: readonly PlatformEvent[] = [
    { at: noon, subject: aVm('web1').id, text: 'Started' },
    { at: noon + 1_000, subject: undefined, text: 'Something of the endpoint that is said at some length here' },
    { at: noon + 2_000, subject: aVm('unknown').id, text: 'Stopped' },
  ];

  it('are reported oldest first, with the cursor on the newest', () => {
    const { view } = open(some);
    expect(shown(view)).toMatchInlineSnapshot(`
      "{header| TIME     KIND  WHAT                     HAPPENED           }
       {dim|12:00:00} state web1                     Started            
       {dim|12:00:01} state                          Something of the e…
       {dim|12:00:02} state {cursor|host1/unknown           } Stopped            "
    `);
    expect(view.hints()).toEqual([
      { key: 'enter', does: 'go there', disabled: false },
      { key: 'G', does: 'follow', disabled: true },
    ]);
    does(view, 'view.up');
    expect(view.hints()).toMatchObject([{ disabled: true }, { disabled: false }]);
    expect(shown(view, 40, 3)).toMatchInlineSnapshot(`
      "{header| TIME     KIND  WHAT                   …}
       {dim|12:00:00} state web1                     …
       {dim|12:00:01} state {cursor|                        } …"
    `);
  });

  it('lead to what they are about', () => {
    const { view, gone, said, stage } = open(some);
    shown(view);
    does(view, 'view.enter', 'view.first', 'view.enter');
    expect(gone).toEqual(['host1/unknown host1/unknown', 'host1/web1 web1']);
    does(view, 'view.down', 'view.enter');
    expect(said()).toContain('about the whole endpoint');
    expect(stage.message.current?.tone).toBe('warning');
  });

  it('may be none', () => {
    const { view, gone } = open([]);
    expect(shown(view)).toMatchInlineSnapshot(`
      "{header| TIME     KIND  WHAT                     HAPPENED           }
      {dim| Nothing has happened yet.}"
    `);
    does(view, 'view.enter');
    expect([gone, view.hints()[0]?.disabled]).toEqual([[], true]);
  });
});

describe('tasks', () => {
  const item = (name: string, state: TaskItem['state'], text = '', fix?: string): TaskItem =>
    ({ id: aVm(name).id, name, state, text, ...(fix && { fix }) }) as TaskItem;
  const task = (given: Partial<Task>): Task => ({
    id: 1,
    action: 'vm.start',
    title: 'Start web1',
    state: 'running',
    startedAt: noon,
    endedAt: undefined,
    items: [item('web1', 'running')],
    ...given,
  });
  const open = (list: readonly Task[], again: () => Promise<void> = async () => {}, options: LightOptions = {}) => {
    const cancelled: number[] = [];
    const gone: string[] = [];
    const repeated: number[] = [];
    const tasks = {
      list: () => list,
      cancel: (id: number) => void cancelled.push(id),
      running: 0,
      subscribe: () => () => {},
    };
    const light = openStage({ services: { tasks: tasks as unknown as Tasks }, ...options });
    const runner = {
      run: async () => {},
      again: async ({ id }: Task) => {
        repeated.push(id);
        await again();
      },
    };
    const view = createTasksView(light.stage, runner as never, (id, name) => void gone.push(`${id} ${name}`));
    return { ...light, view, cancelled, gone, repeated };
  };
  const failed = task({
    id: 2,
    title: 'Start 5 VMs',
    state: 'partly',
    endedAt: noon + 12_000,
    items: [
      item('a', 'done', 'a is running'),
      item('b', 'failed', 'no memory is left on this host for it', 'drover vm start b'),
      item('c', 'cancelled', 'c: cancelled'),
      item('d', 'unknown', 'not known'),
      item('e', 'waiting'),
    ],
  });

  it('are reported with what became of each object, the worst first', () => {
    const { view } = open([task({}), failed]);
    expect(shown(view, 70, 14)).toMatchInlineSnapshot(`
      "{header| STARTED  STATE       TASK                                            }
       {dim|12:00:00} {busy|running    } {cursor|Start web1                 } 0/1       {dim|       }
       {dim|12:00:00} {warning|partly     } Start 5 VMs                 4/5       {dim|12 s   }
      {border|──────────────────────────────────────────────────────────────────────}
         {busy|running    } web1"
    `);
    does(view, 'view.down');
    expect(shown(view, 70, 14)).toMatchInlineSnapshot(`
      "{header| STARTED  STATE       TASK                                            }
       {dim|12:00:00} {busy|running    } Start web1                  0/1       {dim|       }
       {dim|12:00:00} {warning|partly     } {cursor|Start 5 VMs                } 4/5       {dim|12 s   }
      {border|──────────────────────────────────────────────────────────────────────}
         {warning|unknown    } d: not known
         {danger|failed     } b: no memory is left on this host for it
                     {dim|press s (Start) on b}
         {dim|waiting    } e
         {dim|cancelled  } c: cancelled
         {good|done       } a is running"
    `);
    expect(shown(view, 70, 4).split('\n')).toHaveLength(4);
    expect(plain(shown(view, 30, 9))).toContain('b: no memory');
  });

  it('share the screen with their objects', () => {
    const { view } = open(Array.from({ length: 20 }, (_, id) => task({ id, title: `Task ${id}` })));
    const tasks = (rows: number) => shown(view, 70, rows).match(/Task \d+/g)?.length;
    expect([20, 10, 6, 4].map(tasks)).toEqual([9, 4, 2, 2]);
    expect(
      shown(open([task({})]).view, 70, 20)
        .split('\n')
        .findIndex((line) => line.includes('───')),
    ).toBe(2);
  });

  it('may be none', () => {
    const { view } = open([]);
    expect(shown(view, 80)).toMatchInlineSnapshot(`
      "{header| TASKS}

      {dim| Nothing was done yet. What you start, stop or change shows up here.}"
    `);
    expect([view.press?.('x'), view.press?.('f')]).toEqual([false, false]);
    expect(view.hints()).toEqual([
      { key: 'enter', does: 'go there', disabled: true },
      { key: 'x', does: 'cancel', disabled: true },
      { key: 'f', does: 'again for the failed ones' },
    ]);
  });

  it('are cancelled and repeated', async () => {
    const { view, cancelled, repeated, said, stage } = open([task({}), failed], async () => {
      throw new FleetError('op.failed', 'not again');
    });
    shown(view);
    expect(view.hints()).toMatchObject([{ disabled: false }, { disabled: false }, {}]);
    expect([view.press?.('x'), view.press?.('y')]).toEqual([true, false]);
    expect([cancelled, said()]).toEqual([[1], 'cancelling: Start web1']);
    does(view, 'view.down');
    expect(view.hints()[1]?.disabled).toBe(true);
    expect(view.press?.('x')).toBe(true);
    expect([cancelled, said(), stage.message.current?.tone]).toEqual([[1], 'it has ended: partly', 'warning']);
    expect(view.press?.('f')).toBe(true);
    await settled();
    expect([repeated, said()]).toEqual([[2], 'not again']);
  });

  it('lead to what they are for, by a choice where that is more than one', async () => {
    const { view, gone, drawn, press } = open([task({}), failed]);
    shown(view);
    does(view, 'view.enter');
    await settled();
    expect(gone).toEqual(['host1/web1 web1']);
    does(view, 'view.down', 'view.enter');
    expect(drawn()).toMatchInlineSnapshot(`
      "      ╭─ Go to ──────────────────────────────────────────────────────────╮
            │ ❯ unknown     d                                                  │
            │   failed      b                                                  │
            │   waiting     e                                                  │
            │   cancelled   c                                                  │
            │   done        a                                                  │
            ╰──────────────────────────────────────────────────────────────────╯"
    `);
    press('down', 'enter');
    await settled();
    expect(gone.at(-1)).toBe('host1/b b');
    does(view, 'view.enter');
    press('esc');
    await settled();
    expect(gone).toHaveLength(2);
  });

  it('F-220 of earlier runs and of other drovers stand among them, and are neither cancelled nor repeated here', async () => {
    let known: readonly PastTask[] = [];
    const { view, cancelled, repeated, said, clock } = open([task({ startedAt: noon })], undefined, {
      services: {
        tasks: { list: () => [task({ startedAt: noon })], cancel: () => {} } as unknown as Tasks,
        taskHistory: { run: 'own', list: () => known, refresh: async () => known },
      },
    });
    const past = (given: Partial<PastTask>, of: Partial<Task>): PastTask => ({
      key: 'k-1',
      run: 'other',
      who: 'anna@desk',
      runsIn: undefined,
      task: task({ title: 'Stop 2 VMs', state: 'interrupted', startedAt: noon - 86_400_000, ...of }),
      counts: { done: 1, unknown: 1 },
      ...given,
    });
    const leave = view.enter?.();
    known = [
      past({ run: 'own' }, { title: 'Start web1' }),
      past(
        { runsIn: 'process 12', counts: { running: 1 } },
        { title: 'Stop db1', state: 'running', startedAt: noon - 1_000 },
      ),
      past({}, { items: [item('web1', 'done', 'web1 is stopped'), item('db1', 'unknown', 'drover ended first')] }),
    ];
    await clock.pass(0);
    expect(
      unpainted(view)
        .split('\n')
        .slice(1, 4)
        .map((line) => line.trimEnd()),
    ).toEqual([
      ' 12:00:00 running     Start web1                  0/1',
      ' 11:59:59 running     Stop db1                    0/1',
      ' 12-31    interrupted Stop 2 VMs                  2/2',
    ]);
    does(view, 'view.down');
    expect(view.hints()[1]?.disabled).toBe(true);
    view.press?.('x');
    expect(said()).toBe('Stop db1 runs in another drover: process 12');
    does(view, 'view.down');
    expect(unpainted(view).split('\n').slice(5)).toEqual([
      ' 2025-12-31 12:00, by anna@desk',
      '   unknown     db1: drover ended first',
      '   done        web1 is stopped',
    ]);
    view.press?.('f');
    expect(said()).toBe('Stop 2 VMs is of an earlier run: begin it again at its rows');
    expect([cancelled, repeated]).toEqual([[], []]);
    leave?.();
  });

  it('offer no more to go to than a list can draw', () => {
    const { view, drawn, press } = open([
      task({ items: Array.from({ length: 120 }, (_, at) => item(`vm${at}`, 'done')) }),
    ]);
    shown(view);
    does(view, 'view.enter');
    press('up');
    expect(drawn()).toContain('(90 of 90)');
  });
});

describe('the wire log', () => {
  const line = (text: string, given: Partial<WireLine> = {}): WireLine => ({
    at: noon,
    endpoint: host1,
    channel: 'rpc',
    text,
    tookMs: 12,
    bytes: 2_048,
    ...given,
  });
  const open = (lines: WireLine[]) => {
    const light = openStage({ services: { wireLog: () => lines } });
    return { ...light, view: createWireLogView(light.stage) };
  };

  it('tells what was sent, with what failed', () => {
    const { view } = open([line('vm.list'), line('vm.info', { failed: 'no such VM' }), line('vm.start')]);
    expect(shown(view, 80)).toMatchInlineSnapshot(`
      "{header| TIME     ENDPOINT          TOOK BYTES SENT                                     }
       {dim|12:00:00} host1          {dim|  12 ms  2.0K} vm.list                                 
       {dim|12:00:00} host1          {dim|  12 ms  2.0K} {danger|vm.info failed: no such VM              }
       {dim|12:00:00} host1          {dim|  12 ms  2.0K} {cursor|vm.start                                }"
    `);
    expect(view.hints()).toEqual([
      { key: '/', does: 'filter' },
      { key: 'G', does: 'follow', disabled: true },
    ]);
  });

  it.each(['VM.INFO', 'host1 rpc vm.info', 'no such'])('is filtered by a word: %s', async (word) => {
    const { view, press, drawn } = open([line('vm.list'), line('vm.info', { failed: 'no such VM' })]);
    does(view, 'view.filter');
    press(...[...word].map((letter) => (letter === ' ' ? 'space' : letter)), 'enter');
    await settled();
    expect(plain(shown(view, 80))).toMatch(/vm\.info/);
    expect(plain(shown(view, 80))).not.toContain('vm.list');
    expect(view.hints()[0]?.does).toBe(`filter: ${word}`);
    expect(drawn()).toBe('');
    does(view, 'view.back');
    expect(plain(shown(view, 80))).toContain('vm.list');
  });

  it('may be empty', () => {
    const { view, press } = open([]);
    expect(shown(view, 60).split('\n').slice(1)).toEqual(['{dim| Nothing was sent yet.}']);
    does(view, 'view.filter');
    press('x', 'enter');
    expect(shown(view, 60)).toContain('{dim| Nothing of what was sent has this word in it.}');
  });

  it('is drawn when something was sent, looked at twice a second while it is in front', async () => {
    const lines = [line('vm.list')];
    const { view, stage, clock } = open(lines);
    const { version } = stage;
    const leave = view.enter?.();
    expect(stage.version).toBe(version + 1);
    await clock.pass(600);
    expect(stage.version).toBe(version + 1);
    lines.push(line('vm.start', { at: noon + 1 }));
    await clock.pass(399);
    expect(stage.version).toBe(version + 1);
    await clock.pass(1);
    expect(stage.version).toBe(version + 2);
    leave?.();
    lines.push(line('vm.stop', { at: noon + 2 }));
    await clock.pass(2_000);
    expect(stage.version).toBe(version + 2);
  });
});
