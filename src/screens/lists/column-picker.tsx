import { clean, fit } from '../../terminal/width.ts';
import { Panel } from '../components/panel.tsx';
import type { PickedColumns } from '../dialogs/dialogs.ts';
import type { Layer } from '../frame/layers.ts';
import { keyName } from '../keys.ts';
import type { Stage } from '../stage.ts';
import { createListState } from './list-state.ts';

const COLUMNS = 74;
const ID = 10;
const WIDTH = 8;

/** Every column there is: which are shown, in which order, how wide. */
export function openColumnPicker(stage: Stage, columns: PickedColumns): void {
  const { widths } = columns;
  const list = createListState(false);
  const shown = new Set<string>();
  let ids: readonly string[] = [];
  /** Those that are shown come first, in their order. */
  const start = () => {
    shown.clear();
    for (const id of columns.shown()) shown.add(id);
    ids = [...shown, ...columns.offered.map(({ id }) => id).filter((id) => !shown.has(id))];
  };
  start();

  const keep = () => columns.choose(ids.filter((id) => shown.has(id)));
  const toggle = (id: string) => {
    if (!shown.delete(id)) shown.add(id);
    keep();
  };
  const move = (by: number) => {
    const to = list.at + by;
    const id = ids[list.at];
    if (id === undefined || to < 0 || to >= ids.length) return;
    ids = ids.toSpliced(list.at, 1).toSpliced(to, 0, id);
    list.step(by);
    if (shown.has(id)) keep();
  };
  const asUsual = () => {
    columns.choose(undefined);
    start();
  };

  const close = () => stage.layers.close(layer);
  const layer: Layer = {
    hints: () => [
      { key: 'space', does: 'show or hide' },
      { key: 'J/K', does: 'move' },
      ...(widths ? [{ key: 'left/right', does: 'width' }] : []),
      { key: 'd', does: 'as usual' },
      { key: 'esc', does: 'close' },
    ],
    press(key) {
      const id = ids[list.at];
      switch (keyName(key)) {
        case 'esc':
        case 'enter':
        case 'q':
          return close();
        case 'up':
        case 'k':
          list.step(-1);
          break;
        case 'down':
        case 'j':
          list.step(1);
          break;
        case 'K':
        case 'shift-up':
          move(-1);
          break;
        case 'J':
        case 'shift-down':
          move(1);
          break;
        case 'd':
          asUsual();
          break;
        case 'space':
          if (id !== undefined) toggle(id);
          break;
        case 'left':
        case '-':
          if (id !== undefined) widths?.change(id, -1);
          break;
        case 'right':
        case '+':
          if (id !== undefined) widths?.change(id, 1);
          break;
      }
      stage.changed();
    },
    dismiss: close,
    draw(room) {
      const { theme, glyphs } = stage.look;
      const width = Math.min(COLUMNS, room.columns - 4);
      const height = Math.max(1, Math.min(ids.length, room.rows - 4));
      const first = list.window(ids.length, height);
      // The tree is narrower than the screen beside the details, so this may promise too much; never too little.
      const fits = columns.fitting(room.columns);
      const below = ids.length - first - height;
      const lines = ids.slice(first, first + height).map((id, at) => {
        const help = columns.offered.find((column) => column.id === id)?.help ?? '';
        const name = fit(id, ID);
        const box = shown.has(id) ? theme.paint('mark', glyphs.mark) : ' ';
        const wide = widths ? `${widths.of(id)} wide`.padStart(WIDTH) : '';
        const note = shown.has(id) && !fits.has(id) ? `no room now; ${help}` : help;
        const words = fit(clean(note), Math.max(0, width - ID - wide.length - 5));
        const painted = first + at === list.at ? theme.paint('cursor', name) : name;
        return `${box} ${painted} ${theme.paint('dim', wide)}  ${theme.paint('dim', words)}`;
      });
      return (
        <Panel
          title={`Columns of the ${columns.of}`}
          look={stage.look}
          room={room}
          lines={first + below > 0 ? [...lines, theme.paint('dim', `  ${first} above, ${below} below`)] : lines}
          columns={width}
        />
      );
    },
  };
  stage.layers.open(layer);
}
