import { sentence } from '../../errors.ts';
import { type RunState, type Schedule, spelledWords, switched } from '../../state/schedules/schedule.ts';
import { nextAfter, spelledWhen } from '../../state/schedules/when.ts';
import type { ColourWord } from '../../state/theme/theme-file.ts';
import { clean, fit } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import type { Room } from '../frame/look.ts';
import type { Stage, View } from '../stage.ts';
import { dateAndTime } from '../time.ts';
import { addSchedule } from './add-schedule.ts';
import { createListState } from './list-state.ts';
import { clicks, movement } from './movement.ts';

const COLOURS: Readonly<Record<RunState, ColourWord>> = {
  done: 'good',
  failed: 'danger',
  cancelled: 'dim',
  interrupted: 'warning',
  missed: 'warning',
};
const NAME = 16;
const TIME = 16;
const LAST = 11;
const LIST_SHARE = 0.6;
/** Another drover may change and run them meanwhile. */
const READS_EVERY_MS = 5_000;

/** What drover runs by itself, when, and what came of it last: switched off and on, and removed. */
export function createSchedulesView(stage: Stage): View {
  const { schedules, clock } = stage.services;
  const list = createListState(false);
  let all: readonly Schedule[] = [];
  let trouble: string | undefined;
  const current = (): Schedule | undefined => all[list.at];

  const read = async () => {
    try {
      all = await schedules.list();
      trouble = undefined;
    } catch (error) {
      trouble = sentence(error);
    }
    stage.changed();
  };

  /** Read again afterwards, whatever became of it. */
  const change = (work: Promise<void>, done: string) =>
    void work.then(() => stage.message.say(done), stage.message.fail).then(read);

  const toggle = ({ name, enabled }: Schedule) => {
    const now = clock.now();
    const work = schedules.change(name, (one) => switched(one, !enabled, now), AbortSignal.timeout(READS_EVERY_MS));
    change(work, `${name} is ${enabled ? 'off' : 'on'}`);
  };

  const remove = async (schedule: Schedule) => {
    const { name } = schedule;
    const details = [`drover ${clean(spelledWords(schedule))}`, spelledWhen(schedule.when)];
    if (!(await stage.dialogs.confirm({ title: 'Remove', question: `Remove the schedule ${name}?`, details }))) return;
    change(schedules.remove(name, AbortSignal.timeout(READS_EVERY_MS)), `${name} was removed`);
  };

  const nextOf = ({ when, enabled, running }: Schedule): string => {
    if (running) return 'runs now';
    if (!enabled) return 'off';
    const next = nextAfter(when, clock.now());
    return next === undefined ? 'over' : dateAndTime(next);
  };

  const lineOf = (schedule: Schedule, isHere: boolean, columns: number): string => {
    const { theme } = stage.look;
    const { name, last } = schedule;
    const command = fit(clean(spelledWords(schedule)), Math.max(8, columns - NAME - TIME - LAST - 4));
    const state = last ? theme.paint(COLOURS[last.state], fit(last.state, LAST)) : fit('-', LAST);
    return ` ${fit(name, NAME)} ${theme.paint('dim', fit(nextOf(schedule), TIME))} ${state} ${isHere ? theme.paint('cursor', command) : command}`;
  };

  const about = (schedule: Schedule, columns: number): readonly string[] => {
    const { when, last, madeBy, madeAt, confirmed } = schedule;
    const agreed = confirmed ? '; it may interrupt and destroy without a question' : '';
    return [
      `${spelledWhen(when)}; made by ${clean(madeBy)} on ${dateAndTime(madeAt)}${agreed}`,
      ...(last ? [`${dateAndTime(last.at)}: ${last.state}: ${clean(last.text)}`] : []),
    ].flatMap((text) => wrapped(text, Math.max(8, columns - 2)).map((line) => ` ${line}`));
  };

  return {
    id: 'schedules',
    title: 'schedules',
    lines(room: Room) {
      const { theme } = stage.look;
      const titles = ` ${fit('NAME', NAME)} ${fit('NEXT', TIME)} ${fit('LAST', LAST)} COMMAND`;
      const header = theme.paint('header', fit(titles, room.columns));
      if (trouble !== undefined)
        return [header, ...wrapped(clean(trouble), Math.max(8, room.columns - 2)).map((line) => ` ${line}`)].slice(
          0,
          room.rows,
        );
      if (all.length === 0)
        return [header, theme.paint('dim', fit(' Nothing runs by itself. a adds one.', room.columns))];
      const rows = Math.max(2, Math.min(all.length + 1, Math.floor(room.rows * LIST_SHARE)));
      const first = list.window(all.length, rows - 1);
      const shown = all
        .slice(first, first + rows - 1)
        .map((schedule, row) => lineOf(schedule, first + row === list.at, room.columns));
      const here = current();
      const rule = theme.paint('border', stage.look.glyphs.horizontal.repeat(room.columns));
      return [header, ...shown, rule, ...(here ? about(here, room.columns) : [])].slice(0, room.rows);
    },
    hints: () => [
      { key: 'a', does: 'add' },
      { key: 'x', does: current()?.enabled === false ? 'switch on' : 'switch off', disabled: !current() },
      { key: 'd', does: 'remove', disabled: !current() },
    ],
    press(name) {
      const here = current();
      const does: Readonly<Record<string, (() => void) | undefined>> = {
        a: () => void addSchedule(stage).then(read, stage.message.fail),
        x: here && (() => toggle(here)),
        d: here && (() => void remove(here).catch(stage.message.fail)),
      };
      const meant = does[name];
      if (!meant) return false;
      if (stage.run.readOnly) stage.message.say('this run is read-only', 'warning');
      else if (stage.run.demo)
        stage.message.say('a simulated fleet ends with this run: it has no schedules', 'warning');
      else meant();
      return true;
    },
    point: clicks(list),
    handlers: movement(list, stage.changed),
    load: read,
    enter() {
      let stop = () => {};
      let isLeft = false;
      const readAgain = () =>
        void read().then(() => {
          if (!isLeft) stop = clock.after(READS_EVERY_MS, readAgain);
        });
      readAgain();
      return () => {
        isLeft = true;
        stop();
      };
    },
  };
}
