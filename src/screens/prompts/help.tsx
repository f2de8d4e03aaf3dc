import type { Action } from '../../actions/action.ts';
import { chaptersOf } from '../../state/kinds.ts';
import { fit } from '../../terminal/width.ts';
import { linesOf, Panel } from '../components/panel.tsx';
import { scrolledBy } from '../components/scrolled-by.ts';
import { wrapped } from '../components/wrap.ts';
import type { Layer } from '../frame/layers.ts';
import { keyName } from '../keys.ts';
import type { Stage } from '../stage.ts';

const COLUMNS = 76;
const KEYS = 12;
const TITLE = 18;
/** Narrower, and what a key does stands below it. */
const BESIDE_FROM = 60;

const BELOW = 'All VMs below this row, after a list of them was shown';

/** The keys, generated from the actions: those of what is selected, and with another `?` all of them. */
export function openHelp(stage: Stage, isForHere: (action: Action) => boolean | 'all below'): void {
  let all = false;
  let first = 0;
  let page = 10;
  const close = () => stage.layers.close(layer);
  const layer: Layer = {
    hints: () => [
      { key: '?', does: all ? 'this view only' : 'all keys' },
      { key: 'j/k g/G', does: 'scroll' },
      { key: 'esc', does: 'close' },
    ],
    press(key) {
      const name = keyName(key);
      const [move] = stage.keymap.actionsOf(name);
      if (name === 'esc' || name === 'q' || name === 'enter') return close();
      if (move?.id === 'view.help') {
        all = !all;
        first = 0;
      } else first += scrolledBy(name, page, stage.keymap);
      stage.changed();
    },
    dismiss: close,
    draw(room) {
      const columns = Math.min(COLUMNS, room.columns - 4);
      const shown = stage.actions.filter((action) => all || isForHere(action));
      const below = new Set(all ? [] : shown.filter((action) => isForHere(action) === 'all below'));
      const lines = helpLines(shown, below, stage, columns);
      page = Math.max(1, room.rows - 2);
      first = Math.max(0, Math.min(first, lines.length - page));
      return (
        <Panel
          title={linesOf(all ? 'All keys' : 'Keys', first, page, lines.length)}
          look={stage.look}
          room={room}
          lines={lines.slice(first)}
          columns={columns}
        />
      );
    },
  };
  stage.layers.open(layer);
}

/** `below`: those that a key does to every VM below the row. */
function helpLines(
  actions: readonly Action[],
  below: ReadonlySet<Action>,
  { keymap, look, services }: Pick<Stage, 'keymap' | 'look' | 'services'>,
  columns: number,
): readonly string[] {
  const lines: string[] = [];
  for (const [noun, title] of chaptersOf(services.kinds)) {
    const own = actions.filter((action) => action.noun === noun && keymap.keysOf(action.id).length > 0);
    if (own.length === 0) continue;
    if (lines.length > 0) lines.push('');
    const heading = own.some((action) => below.has(action)) ? BELOW : title;
    lines.push(...wrapped(heading, columns).map((line) => look.theme.paint('header', line)));
    for (const action of own) {
      const keys = look.theme.paint('key', fit(keymap.keysOf(action.id).join(' '), KEYS));
      if (columns < BESIDE_FROM) {
        lines.push(`${keys} ${fit(action.title, Math.min(TITLE, columns - KEYS - 1))}`);
        lines.push(...wrapped(action.help, columns - 2).map((line) => `  ${look.theme.paint('dim', line)}`));
        continue;
      }
      const [first = '', ...rest] = wrapped(action.help, columns - KEYS - TITLE - 2);
      lines.push(`${keys} ${fit(action.title, TITLE)} ${look.theme.paint('dim', first)}`);
      for (const line of rest) lines.push(' '.repeat(KEYS + TITLE + 2) + look.theme.paint('dim', line));
    }
  }
  return lines;
}
