import type { PastTask } from '../../state/records/past-tasks.ts';
import type { ItemState, Task, TaskState } from '../../state/tasks.ts';
import type { ColourWord } from '../../state/theme/theme-file.ts';
import { clean, fit } from '../../terminal/width.ts';
import type { ObjectRunner } from '../actions/run-object.ts';
import { wrapped } from '../components/wrap.ts';
import type { GoThere } from '../fleet/go-to.ts';
import type { Room } from '../frame/look.ts';
import type { Stage, View } from '../stage.ts';
import { dateAndTime, duration, timeOrDay } from '../time.ts';
import { createListState } from './list-state.ts';
import { clicks, movement } from './movement.ts';

const COLOURS: Readonly<Record<TaskState | ItemState, ColourWord>> = {
  waiting: 'dim',
  running: 'busy',
  done: 'good',
  failed: 'danger',
  partly: 'warning',
  cancelled: 'dim',
  unknown: 'warning',
  interrupted: 'warning',
};
const STATE = 11;
/** Another drover may do something meanwhile. */
const READS_EVERY_MS = 5_000;
const LIST_SHARE = 0.5;
/** The picker draws them all. */
const MOST_OFFERED = 90;
const WORST_FIRST: readonly ItemState[] = ['unknown', 'failed', 'running', 'waiting', 'cancelled', 'done'];

/** A task of this run, or one that is kept of an earlier run or of another drover. */
interface Entry {
  readonly task: Task;
  readonly past?: PastTask;
}

/** Items that need the user come first. */
const inOrder = ({ items }: Task) =>
  items.toSorted((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state));

/** What is under way and what became of it, F-009: the tasks, and below them the objects of the one under the cursor. */
export function createTasksView(stage: Stage, runner: ObjectRunner, goThere: GoThere): View {
  const { tasks, taskHistory, clock } = stage.services;
  const list = createListState(false);
  /** Newest first. */
  const entries = (): readonly Entry[] => {
    const own = tasks.list().map((task) => ({ task }));
    const others = taskHistory
      .list()
      .flatMap((past) => (past.run === taskHistory.run ? [] : [{ task: past.task, past }]));
    if (others.length === 0) return own;
    return [...own, ...others].sort((a, b) => b.task.startedAt - a.task.startedAt);
  };
  const current = (): Entry | undefined => entries()[list.at];

  const badge = (state: TaskState | ItemState) => stage.look.theme.paint(COLOURS[state], fit(state, STATE));

  const taskLine = ({ task, past }: Entry, here: boolean, columns: number): string => {
    const { theme } = stage.look;
    const [ended, all] = past ? endedOf(past) : [task.items.filter(hasEnded).length, task.items.length];
    const took = duration((task.endedAt ?? clock.now()) - task.startedAt);
    const name = fit(clean(task.title), Math.max(8, columns - STATE - 32));
    const title = here ? theme.paint('cursor', name) : name;
    const counts = fit(`${ended}/${all}`, 9);
    const started = fit(timeOrDay(task.startedAt, clock.now()), 8);
    return ` ${theme.paint('dim', started)} ${badge(task.state)} ${title} ${counts} ${theme.paint('dim', fit(task.endedAt === undefined ? '' : took, 7))}`;
  };

  const goToItem = async () => {
    const task = current()?.task;
    const items = task ? inOrder(task).slice(0, MOST_OFFERED) : [];
    const [first, second] = items;
    const choices = items.map((item) => ({ label: `${fit(item.state, STATE)} ${item.name}`, value: item }));
    const chosen = second ? await stage.dialogs.pick({ title: 'Go to', choices: () => choices }) : first;
    if (chosen) goThere(chosen.id, chosen.name);
  };

  const itemLines = (task: Task, columns: number, rows: number): readonly string[] => {
    const room = Math.max(8, columns - STATE - 5);
    return inOrder(task)
      .slice(0, rows)
      .flatMap(({ name, state, text, fix }) => {
        const words = [
          text === '' ? name : text.includes(name) ? text : `${name}: ${text}`,
          fix && stage.advice.onScreen(fix),
        ].filter(Boolean);
        const [first = '', ...more] = words.flatMap((sentence) => wrapped(sentence ?? '', room));
        const rest = more.map((line) => `${' '.repeat(STATE + 4)}${stage.look.theme.paint('dim', line)}`);
        return [`   ${badge(state)} ${first}`, ...rest];
      });
  };

  return {
    id: 'tasks',
    title: 'tasks',
    lines(room: Room) {
      const all = entries();
      const { theme } = stage.look;
      if (all.length === 0)
        return [
          theme.paint('header', ' TASKS'),
          '',
          theme.paint('dim', ' Nothing was done yet. What you start, stop or change shows up here.'),
        ];
      const rows = Math.max(3, Math.min(all.length + 1, Math.floor(room.rows * LIST_SHARE)));
      const first = list.window(all.length, rows - 1);
      const shown = all
        .slice(first, first + rows - 1)
        .map((entry, at) => taskLine(entry, first + at === list.at, room.columns));
      const entry = all[list.at];
      const items = entry
        ? [
            ...(entry.past ? [theme.paint('dim', originOf(entry.past))] : []),
            ...itemLines(entry.task, room.columns, room.rows),
          ]
        : [];
      const header = theme.paint('header', fit(` ${fit('STARTED', 8)} ${fit('STATE', STATE)} TASK`, room.columns));
      const rule = theme.paint('border', stage.look.glyphs.horizontal.repeat(room.columns));
      return [header, ...shown, rule, ...items].slice(0, room.rows);
    },
    hints: () => [
      { key: 'enter', does: 'go there', disabled: !current() },
      { key: 'x', does: 'cancel', disabled: current()?.task.state !== 'running' || current()?.past !== undefined },
      { key: 'f', does: 'again for the failed ones' },
    ],
    press(name) {
      const entry = current();
      if (!entry || (name !== 'x' && name !== 'f')) return false;
      const { task, past } = entry;
      if (past) stage.message.say(whyNotHere(past), 'warning');
      else if (name === 'f') void runner.again(task).catch(stage.message.fail);
      else if (task.state === 'running') {
        tasks.cancel(task.id);
        stage.message.say(`cancelling: ${task.title}`);
      } else stage.message.say(`it has ended: ${task.state}`, 'warning');
      return true;
    },
    load: taskHistory.refresh,
    enter() {
      let stop = () => {};
      let isLeft = false;
      const read = () =>
        void taskHistory
          .refresh()
          .then(stage.changed, stage.message.fail)
          .then(() => {
            if (!isLeft) stop = clock.after(READS_EVERY_MS, read);
          });
      read();
      return () => {
        isLeft = true;
        stop();
      };
    },
    point: clicks(list),
    handlers: {
      ...movement(list, stage.changed),
      'view.enter': () => void goToItem().catch(stage.message.fail),
    },
  };
}

const hasEnded = ({ state }: { readonly state: ItemState }): boolean => state !== 'waiting' && state !== 'running';

/** How many of its items have ended, and how many there are. */
function endedOf({ counts }: PastTask): readonly [number, number] {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return [all - (counts.waiting ?? 0) - (counts.running ?? 0), all];
}

/** When it was and whose. */
const originOf = ({ task, who, runsIn }: PastTask): string =>
  ` ${dateAndTime(task.startedAt)}, by ${clean(who)}${runsIn === undefined ? '' : `, runs in ${clean(runsIn)}`}`;

/** Neither cancelled nor repeated: its connections and its form are of another run. */
const whyNotHere = ({ task, runsIn }: PastTask): string =>
  runsIn === undefined
    ? `${task.title} is of an earlier run: begin it again at its rows`
    : `${task.title} runs in another drover: ${runsIn}`;
