import type { ListField, PairsField } from '../../platforms/contract.ts';
import { Panel } from '../components/panel.tsx';
import type { Layer } from '../frame/layers.ts';
import { keyName } from '../keys.ts';
import type { Stage } from '../stage.ts';
import type { AnyField, Form } from './form-state.ts';
import { editRow, rowsOf } from './row-form.ts';
import { rowLines } from './row-lines.ts';

const COLUMNS = 84;
const MOVES: Readonly<Record<string, number>> = { up: -1, k: -1, down: 1, j: 1, pgup: -10, pgdn: 10 };

/** The rows of a field over its form: one is added, changed or taken away, and the form has them at once. */
export function openRows(
  stage: Stage,
  form: Form,
  field: AnyField & (ListField | PairsField),
  until: AbortSignal,
): Promise<void> {
  const rows = rowsOf(form, field);
  let at = 0;
  return new Promise((resolve) => {
    const close = () => {
      stage.layers.close(layer);
      resolve();
    };
    const edit = async (place: number) => {
      if (await editRow(stage, form, rows, place, until)) at = place;
      stage.changed();
    };
    const takeAway = () => {
      rows.set(rows.all().toSpliced(at, 1));
      at = Math.max(0, Math.min(at, rows.all().length - 1));
    };
    const layer: Layer = {
      hints: () => [
        { key: 'up/down', does: rows.one },
        { key: 'enter', does: rows.writable ? 'change' : 'look' },
        ...(rows.writable
          ? [
              { key: 'a', does: 'add' },
              { key: 'x', does: 'take away' },
            ]
          : []),
        { key: 'esc', does: 'back' },
      ],
      press(key) {
        const name = keyName(key);
        const { length } = rows.all();
        const by = MOVES[name];
        if (name === 'esc' || name === 'left') return close();
        if (by !== undefined) at = Math.max(0, Math.min(length - 1, at + by));
        else if (name === 'a' && rows.writable) void edit(length).catch(stage.message.fail);
        else if (name === 'enter' && length > 0) void edit(at).catch(stage.message.fail);
        else if ((name === 'x' || name === 'delete') && rows.writable && length > 0) takeAway();
        stage.changed();
      },
      dismiss: close,
      draw(room) {
        const columns = Math.min(COLUMNS, room.columns - 4);
        const lines = rowLines(rows, at, columns, room.rows - 2, stage.look);
        return <Panel title={rows.label} look={stage.look} room={room} lines={lines} columns={columns} />;
      },
    };
    stage.layers.open(layer);
    until.addEventListener('abort', close, { once: true });
  });
}
