import { clean, fit } from '../../terminal/width.ts';
import { formatBytes } from '../../units.ts';
import type { Room } from '../frame/look.ts';
import type { Stage, View } from '../stage.ts';
import { duration, timeOfDay } from '../time.ts';
import { createListState } from './list-state.ts';
import { clicks, movement } from './movement.ts';

const ENDPOINT = 14;
const LOOKS_EVERY_MS = 500;

/** What was really sent, secrets redacted. Follows while the cursor is at the end; `/` keeps the lines with a word. */
export function createWireLogView(stage: Stage): View {
  const { services } = stage;
  const list = createListState(true);
  let word = '';
  let seen = 0;
  return {
    id: 'wire-log',
    title: 'wire log',
    lines(room: Room) {
      const { theme } = stage.look;
      const needle = word.toLowerCase();
      const all = services
        .wireLog()
        .filter(({ text, endpoint, channel, failed }) =>
          `${endpoint} ${channel} ${text} ${failed ?? ''}`.toLowerCase().includes(needle),
        );
      const header = theme.paint(
        'header',
        fit(
          ` ${fit('TIME', 8)} ${fit('ENDPOINT', ENDPOINT)} ${'TOOK'.padStart(7)} ${'BYTES'.padStart(5)} SENT`,
          room.columns,
        ),
      );
      if (all.length === 0)
        return [
          header,
          theme.paint('dim', word === '' ? ' Nothing was sent yet.' : ' Nothing of what was sent has this word in it.'),
        ];
      const first = list.window(all.length, room.rows - 1);
      return [
        header,
        ...all.slice(first, first + room.rows - 1).map((line, row) => {
          const here = first + row === list.at;
          const text = fit(
            clean(`${line.text}${line.failed === undefined ? '' : ` failed: ${line.failed}`}`),
            Math.max(1, room.columns - ENDPOINT - 26),
          );
          const painted = here
            ? theme.paint('cursor', text)
            : line.failed === undefined
              ? text
              : theme.paint('danger', text);
          const took = duration(line.tookMs).padStart(7);
          return ` ${theme.paint('dim', timeOfDay(line.at))} ${fit(clean(line.endpoint), ENDPOINT)} ${theme.paint('dim', `${took} ${formatBytes(line.bytes).padStart(5)}`)} ${painted}`;
        }),
      ];
    },
    hints: () => [
      { key: '/', does: word === '' ? 'filter' : `filter: ${word}` },
      { key: 'G', does: 'follow', disabled: list.atEnd },
    ],
    point: clicks(list),
    handlers: {
      ...movement(list, stage.changed),
      'view.filter': () =>
        stage.dialogs.filter({
          start: word,
          apply(text) {
            word = text;
            return undefined;
          },
        }),
      'view.back': () => {
        word = '';
        stage.changed();
      },
    },
    enter() {
      let stop = () => {};
      const look = () => {
        const newest = services.wireLog().at(-1)?.at ?? 0;
        if (newest !== seen) stage.changed();
        seen = newest;
        stop = services.clock.after(LOOKS_EVERY_MS, look);
      };
      look();
      return () => stop();
    },
  };
}
