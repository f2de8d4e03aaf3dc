import type { Action } from '../../actions/action.ts';
import { clean, fit } from '../../terminal/width.ts';
import { inputText } from '../components/input-text.ts';
import { Panel } from '../components/panel.tsx';
import { edited, type TextInput, textInput, typed } from '../components/text-input.ts';
import { wrapped } from '../components/wrap.ts';
import type { Layer } from '../frame/layers.ts';
import type { Stage } from '../stage.ts';
import { ranked } from './rank.ts';

export interface PaletteOptions {
  readonly whyNot: (action: Action) => string | undefined;
  readonly run: (action: Action) => void;
}

const COLUMNS = 84;
const NAME = 24;
const KEYS = 9;
const SENTENCE_ROWS = 2;

/** Every action by name, and why it can't run now. Tab completes, Enter runs. */
export function openPalette(stage: Stage, { whyNot, run }: PaletteOptions): void {
  const { theme } = stage.look;
  // Asked once: nothing runs on what comes into the place of what is selected now.
  const all = stage.actions.map((action) => ({ action, no: whyNot(action) }));
  let input: TextInput = textInput();
  let at = 0;
  const found = () => ranked(all, input.text, ({ action }) => [action.id, action.title, ...(action.aliases ?? [])]);
  const change = (next: TextInput | undefined) => {
    if (!next) return;
    if (next.text !== input.text) at = 0;
    input = next;
    stage.changed();
  };
  const step = (by: number) => {
    const { length } = found();
    if (length > 0) at = (at + by + length) % length;
    stage.changed();
  };
  const close = () => stage.layers.close(layer);
  const layer: Layer = {
    hints: () => [
      { key: 'up/down', does: 'choose' },
      { key: 'tab', does: 'complete' },
      { key: 'enter', does: 'run' },
      { key: 'esc', does: 'close' },
    ],
    press(key) {
      if (key.name === 'esc') return close();
      if (key.name === 'up') return step(-1);
      if (key.name === 'down') return step(1);
      if (key.name !== 'tab' && key.name !== 'enter') return change(edited(input, key));
      const chosen = found()[at];
      if (key.name === 'tab') return chosen && change(textInput(chosen.action.id));
      if (!chosen) return;
      close();
      run(chosen.action);
    },
    paste: (text) => change(typed(input, text)),
    dismiss: close,
    draw(room) {
      const columns = Math.min(COLUMNS, room.columns - 4);
      const rows = Math.max(1, Math.min(16, room.rows - 6 - SENTENCE_ROWS));
      const hits = found();
      const first = Math.max(0, Math.min(at - rows + 1, hits.length - rows));
      const lines = hits.slice(first, first + rows).map(({ action, no }, row) => {
        const name = fit(action.id.replace(/^view\./, ''), NAME);
        const keys = fit(stage.keymap.keysOf(action.id).join(' '), KEYS);
        const words = fit(clean(no ?? action.help), Math.max(1, columns - NAME - KEYS - 2));
        const painted = theme.paint(first + row === at ? 'cursor' : no === undefined ? 'text' : 'dim', name);
        return `${painted} ${theme.paint('key', keys)} ${no === undefined ? words : theme.paint('dim', words)}`;
      });
      const blank = Array.from({ length: rows - lines.length }, () => '');
      // The whole sentence of the one that would run, since its line may have no room for it.
      const chosen = hits[at];
      const sentence = chosen ? wrapped(clean(chosen.no ?? chosen.action.help), columns) : [];
      const told = Array.from({ length: SENTENCE_ROWS }, (_, row) => theme.paint('dim', sentence[row] ?? ''));
      const none = hits.length === 0 ? [theme.paint('dim', 'no action has such a name')] : [];
      return (
        <Panel
          title={hits.length > rows ? `Commands (${at + 1} of ${hits.length})` : 'Commands'}
          look={stage.look}
          room={room}
          lines={[
            inputText(input, columns, true, stage.look),
            '',
            ...lines,
            ...none,
            ...blank.slice(none.length),
            ...told,
          ]}
          columns={columns}
        />
      );
    },
  };
  stage.layers.open(layer);
}
