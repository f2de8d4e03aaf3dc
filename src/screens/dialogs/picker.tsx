import { Box } from 'ink';
import SelectInput from 'ink-select-input';
import { clean, fit, width } from '../../terminal/width.ts';
import { Lines } from '../components/lines.tsx';
import { Panel } from '../components/panel.tsx';
import { wrapped } from '../components/wrap.ts';
import type { Layer } from '../frame/layers.ts';
import { keyName } from '../keys.ts';
import type { Stage } from '../stage.ts';
import type { PickOptions } from './dialogs.ts';

/** Wider where a label needs it. */
const COLUMNS = 64;
/** The whole of a label that has no room in its line. */
const SENTENCE_ROWS = 2;

const ARROWS: Readonly<Record<string, number>> = { up: -1, down: 1 };
/** Once a name is being typed, these are letters of it. */
const MOVES: Readonly<Record<string, number>> = { ...ARROWS, k: -1, j: 1 };

/** Asks to choose one of a few, by moving or by the beginning of its name; undefined when it was given up. */
export function pick<Value>(
  stage: Stage,
  { title, lines = [], choices, taken, until }: PickOptions<Value>,
): Promise<Value | undefined> {
  let at = 0;
  let word = '';
  /** Grows when the list has to be another one, which begins where the cursor is: a name was found. */
  let sought = 0;
  return new Promise((resolve) => {
    const end = (answer: Value | undefined) => {
      stage.layers.close(layer);
      resolve(answer);
    };
    const labels = () => (choices() ?? []).map(({ label }) => clean(label));
    /** Letters that no name goes on with are left out. */
    const seek = (letter: string) => {
      const next = (word + letter).toLowerCase();
      const match = labels().findIndex((label) => label.toLowerCase().startsWith(next));
      if (match < 0) return;
      word = next;
      at = match;
      sought++;
    };
    /** Enter takes what is shown: a list that has missed a key is replaced, which puts its cursor right. */
    const agree = (shown: number) => {
      if (shown === at) return;
      sought++;
      stage.changed();
    };
    const step = (by: number) => {
      const { length } = labels();
      word = '';
      if (length > 0) at = (at + by + length) % length;
    };
    const layer: Layer = {
      hints: () => [
        { key: 'up/down', does: 'choose' },
        { key: 'a-z', does: word === '' ? 'by name' : `by name: ${word}` },
        { key: 'enter', does: 'take' },
        { key: 'esc', does: 'cancel' },
      ],
      press(key) {
        if (key.name === 'esc') return end(undefined);
        if (!choices()) return;
        const name = keyName(key);
        if (name === 'enter') {
          const chosen = choices()?.[at];
          if (chosen) taken?.(chosen.value);
          return end(chosen?.value);
        }
        const moves = word === '' ? MOVES : ARROWS;
        const by = moves[name];
        if (by !== undefined) {
          step(by);
          stage.terminal.feed(key);
        } else if (!key.ctrl && !key.alt && key.text !== '') seek(key.text);
        stage.changed();
      },
      dismiss: () => end(undefined),
      draw(room) {
        const known = choices();
        const all = labels();
        const widest = Math.max(COLUMNS, ...all.map((label) => 2 + width(label)));
        const columns = Math.min(widest, room.columns - 4);
        const items = all.map((label, value) => ({ key: String(value), label: fit(label, columns - 2), value }));
        const isCut = all.some((label) => width(label) > columns - 2);
        const around = 4 + lines.length + (isCut ? SENTENCE_ROWS : 0);
        const limit = Math.max(1, Math.min(items.length, room.rows - around));
        const place = limit < items.length ? ` (${at + 1} of ${items.length})` : '';
        const text = [...lines, ...(known ? [] : ['looking what there is…'])]
          .flatMap((line) => wrapped(line, columns))
          .map((line) => stage.look.theme.paint('dim', line));
        if (!known) return <Panel title={title} look={stage.look} room={room} lines={text} columns={columns} />;
        const sentence = wrapped(all[at] ?? '', columns);
        const whole = Array.from({ length: isCut ? SENTENCE_ROWS : 0 }, (_, row) =>
          stage.look.theme.paint('dim', sentence[row] ?? ''),
        );
        return (
          <Panel
            title={title + place}
            look={stage.look}
            room={room}
            lines={text}
            columns={columns}
            childRows={limit + whole.length}
          >
            <Box flexDirection="column">
              <SelectInput
                key={`${sought} ${limit}`}
                items={items}
                limit={limit}
                initialIndex={at}
                onHighlight={({ value }) => agree(value)}
              />
              {whole.length > 0 ? <Lines lines={whole} /> : null}
            </Box>
          </Panel>
        );
      },
    };
    stage.layers.open(layer);
    until?.addEventListener('abort', () => end(undefined), { once: true });
  });
}
