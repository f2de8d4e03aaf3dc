import type { NoticeKind } from '../../state/records/notices.ts';
import type { ColourWord } from '../../state/theme/theme-file.ts';
import { clean, fit } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import type { GoThere } from '../fleet/go-to.ts';
import type { Room } from '../frame/look.ts';
import type { Stage, View } from '../stage.ts';
import { dateAndTime, timeOrDay } from '../time.ts';
import { createListState } from './list-state.ts';
import { clicks, movement } from './movement.ts';

const COLOURS: Readonly<Record<NoticeKind, ColourWord>> = {
  'task-failed': 'danger',
  unreachable: 'danger',
  back: 'good',
  'vm-failed': 'danger',
  'vm-back': 'good',
};
const KIND = 11;
const LIST_SHARE = 0.7;
/** Another drover may see something meanwhile. */
const READS_EVERY_MS = 5_000;

/** What failed, went away or came back, newest first, with the whole sentence of the one under the cursor. To look is to have read them. */
export function createNoticesView(stage: Stage, goThere: GoThere): View {
  const { notices, clock } = stage.services;
  const list = createListState(false);
  return {
    id: 'notifications',
    title: 'notifications',
    lines(room: Room) {
      const { theme } = stage.look;
      const all = notices.list();
      const header = theme.paint('header', fit(` ${fit('TIME', 8)} ${fit('WHAT', KIND)} HAPPENED`, room.columns));
      if (all.length === 0) return [header, theme.paint('dim', ' Nothing failed, went away or came back yet.')];
      const rows = Math.max(2, Math.min(all.length + 1, Math.floor(room.rows * LIST_SHARE)));
      const first = list.window(all.length, rows - 1);
      const shown = all.slice(first, first + rows - 1).map(({ at, kind, text }, row) => {
        const happened = fit(clean(text), Math.max(1, room.columns - KIND - 11));
        const painted = first + row === list.at ? theme.paint('cursor', happened) : happened;
        return ` ${theme.paint('dim', fit(timeOrDay(at, clock.now()), 8))} ${theme.paint(COLOURS[kind], fit(kind, KIND))} ${painted}`;
      });
      const here = all[list.at];
      const rule = theme.paint('border', stage.look.glyphs.horizontal.repeat(room.columns));
      const whole = here ? wrapped(`${dateAndTime(here.at)}: ${clean(here.text)}`, Math.max(8, room.columns - 2)) : [];
      return [header, ...shown, rule, ...whole.map((line) => ` ${line}`)].slice(0, room.rows);
    },
    hints: () => [{ key: 'enter', does: 'go there', disabled: !notices.list()[list.at] }],
    point: clicks(list),
    handlers: {
      ...movement(list, stage.changed),
      'view.enter'() {
        const here = notices.list()[list.at];
        if (here) goThere(here.subject, here.name);
      },
    },
    load: notices.refresh,
    enter() {
      let stop = () => {};
      let isLeft = false;
      const read = () =>
        void notices
          .refresh()
          .then(notices.markRead, stage.message.fail)
          .then(() => {
            if (!isLeft) stop = clock.after(READS_EVERY_MS, read);
          });
      notices.markRead();
      read();
      return () => {
        isLeft = true;
        stop();
        notices.markRead();
      };
    },
  };
}
