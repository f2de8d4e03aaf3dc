import { clean } from '../../terminal/width.ts';
import { Panel } from '../components/panel.tsx';
import { scrolledBy } from '../components/scrolled-by.ts';
import { wrapped } from '../components/wrap.ts';
import { keyName } from '../keys.ts';
import type { Layer } from '../layers.ts';
import type { Stage } from '../stage.ts';

/** What an action would do to many, before it does it. */
export interface Plan {
  /** `Shut down`. */
  readonly title: string;
  /** `Shut down 12 VMs, leave 3 out?` */
  readonly question: string;
  /** Each object that it would be done to, in one line. */
  readonly does: readonly string[];
  /** Each that is left out, with why. */
  readonly leavesOut: readonly string[];
}

const COLUMNS = 72;
/** Frame, question, blank line and answers. */
const AROUND = 5;

/** Shows all of a plan, however long, and asks whether to go on; anything but y is no. */
export function confirmPlan(stage: Stage, { title, question, does, leavesOut }: Plan): Promise<boolean> {
  const { theme, glyphs } = stage.look;
  let first = 0;
  let page = 10;
  return new Promise((resolve) => {
    const end = (answer: boolean) => {
      stage.layers.close(layer);
      resolve(answer);
    };
    const layer: Layer = {
      hints: () => [
        { key: 'y', does: 'yes' },
        { key: 'n', does: 'no' },
        { key: 'up/down', does: 'scroll' },
      ],
      press(key) {
        const name = keyName(key);
        if (name === 'y' || name === 'Y') end(true);
        else if (name === 'n' || name === 'N' || name === 'esc' || name === 'q') end(false);
        else first += scrolledBy(name, page, stage.keymap);
        stage.changed();
      },
      dismiss: () => end(false),
      draw(room) {
        const columns = Math.min(COLUMNS, room.columns - 4);
        const asked = wrapped(question, columns);
        const entries = [
          // What y does comes first: nobody has to scroll to it. That some are left out is said by the question.
          ...does.flatMap((text) =>
            wrapped(clean(text), columns - 2).map(
              (line, at) => `${at === 0 ? theme.paint('good', glyphs.good) : ' '} ${line}`,
            ),
          ),
          ...(leavesOut.length > 0 ? [theme.paint('header', `left out: ${leavesOut.length}`)] : []),
          ...leavesOut.flatMap((text) => painted(`not ${text}`, columns, 'warning')),
        ];
        page = Math.max(1, Math.min(entries.length, room.rows - AROUND - asked.length + 1));
        first = Math.max(0, Math.min(first, entries.length - page));
        const below = entries.length - first - page;
        const rest = first + below > 0 ? theme.paint('dim', `   ${first} above, ${below} below`) : '';
        const lines = [
          ...asked.map((line) => theme.paint('title', line)),
          ...entries.slice(first, first + page),
          '',
          `${theme.paint('key', 'y')} yes   ${theme.paint('key', 'n')} no${rest}`,
        ];
        return <Panel title={title} look={stage.look} room={room} lines={lines} columns={columns} />;
      },
    };
    const painted = (text: string, columns: number, colour: 'warning') =>
      wrapped(clean(text), columns).map((line) => theme.paint(colour, line));
    stage.layers.open(layer);
  });
}
