import { type Happening, happenings } from '../../state/records/happenings.ts';
import { clean, fit } from '../../terminal/width.ts';
import type { GoThere } from '../fleet/go-to.ts';
import type { Room } from '../frame/look.ts';
import type { Stage, View } from '../stage.ts';
import { timeOrDay } from '../time.ts';
import { createListState } from './list-state.ts';
import { clicks, movement } from './movement.ts';

const NAME = 24;
const KIND = 5;

/** All that happened, oldest first: at the platforms, by tasks, in notes, and what came and went. The newest stays in view until the user moves up. */
export function createEventsView(stage: Stage, goThere: GoThere): View {
  const { services } = stage;
  const list = createListState(true);
  /** As they were drawn last, so that what is entered is the line that the user sees. */
  let all: readonly Happening[] = [];
  const current = () => all[list.at];
  const read = () => Promise.all([services.taskHistory.refresh(), services.notices.refresh()]);
  return {
    id: 'events',
    title: 'events',
    lines(room: Room) {
      const { theme } = stage.look;
      all = happenings(services);
      const header = theme.paint(
        'header',
        fit(` ${fit('TIME', 8)} ${fit('KIND', KIND)} ${fit('WHAT', NAME)} HAPPENED`, room.columns),
      );
      if (all.length === 0) return [header, theme.paint('dim', ' Nothing has happened yet.')];
      const first = list.window(all.length, room.rows - 1);
      return [
        header,
        ...all.slice(first, first + room.rows - 1).map((one, row) => {
          const when = theme.paint('dim', fit(timeOrDay(one.at, services.clock.now()), 8));
          const name = fit(clean(one.name), NAME);
          const shown = first + row === list.at ? theme.paint('cursor', name) : name;
          const text = fit(clean(one.text), Math.max(1, room.columns - NAME - KIND - 12));
          return ` ${when} ${fit(one.kind, KIND)} ${shown} ${text}`;
        }),
      ];
    },
    hints: () => [
      { key: 'enter', does: 'go there', disabled: current()?.subject === undefined },
      { key: 'G', does: 'follow', disabled: list.atEnd },
    ],
    load: read,
    enter() {
      void read().then(stage.changed, stage.message.fail);
      return () => {};
    },
    point: clicks(list),
    handlers: {
      ...movement(list, stage.changed),
      'view.enter'() {
        const here = current();
        if (here?.subject !== undefined) goThere(here.subject, here.name);
        else if (here?.kind === 'task' && here.name !== '')
          stage.message.say('this task was about drover itself', 'warning');
        else if (here?.kind === 'task')
          stage.message.say('this task was about several objects: t lists them', 'warning');
        else if (here) stage.message.say('this event is about the whole endpoint, not about one VM or node', 'warning');
      },
    },
  };
}
