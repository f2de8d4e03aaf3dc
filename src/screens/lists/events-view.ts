import type { PlatformEvent } from '../../platforms/contract.ts';
import { clean, fit } from '../../terminal/width.ts';
import type { GoThere } from '../fleet/go-to.ts';
import type { Room } from '../frame/look.ts';
import type { Stage, View } from '../stage.ts';
import { timeOfDay } from '../time.ts';
import { createListState } from './list-state.ts';
import { clicks, movement } from './movement.ts';

const NAME = 24;

/** Events of the platforms, oldest first; the newest stays in view until the user moves up. */
export function createEventsView(stage: Stage, goThere: GoThere): View {
  const { fleet } = stage.services.store;
  const list = createListState(true);
  const nameOf = (id: PlatformEvent['subject']) => (id === undefined ? '' : (fleet.nameOf(id) ?? id));
  return {
    id: 'events',
    title: 'events',
    lines(room: Room) {
      const { theme } = stage.look;
      const { events } = fleet;
      const header = theme.paint('header', fit(` ${fit('TIME', 8)} ${fit('WHAT', NAME)} HAPPENED`, room.columns));
      if (events.length === 0) return [header, theme.paint('dim', ' No events since drover was started.')];
      const first = list.window(events.length, room.rows - 1);
      return [
        header,
        ...events.slice(first, first + room.rows - 1).map(({ at, subject, text }, row) => {
          const name = fit(clean(nameOf(subject)), NAME);
          const here = first + row === list.at;
          return ` ${theme.paint('dim', timeOfDay(at))} ${here ? theme.paint('cursor', name) : name} ${fit(clean(text), Math.max(1, room.columns - NAME - 11))}`;
        }),
      ];
    },
    hints: () => [
      { key: 'enter', does: 'go there', disabled: fleet.events[list.at]?.subject === undefined },
      { key: 'G', does: 'follow', disabled: list.atEnd },
    ],
    point: clicks(list),
    handlers: {
      ...movement(list, stage.changed),
      'view.enter'() {
        const event = fleet.events[list.at];
        if (event?.subject !== undefined) goThere(event.subject, nameOf(event.subject));
        else if (event)
          stage.message.say('this event is about the whole endpoint, not about one VM or node', 'warning');
      },
    },
  };
}
