import SelectInput from 'ink-select-input';
import { Panel } from '../components/panel.tsx';
import { clean, fit } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import type { Layer } from '../layers.ts';
import type { Stage } from '../stage.ts';

export interface Choice<Value> {
  readonly label: string;
  readonly value: Value;
}

const COLUMNS = 64;

export interface PickOptions<Value> {
  readonly title: string;
  readonly lines?: readonly string[];
  /** Fewer than a hundred: the list draws them all. May grow while it is open. */
  readonly choices: () => readonly Choice<Value>[];
}

/** Asks to choose one of a few; undefined when it was given up. */
export function pick<Value>(stage: Stage, { title, lines = [], choices }: PickOptions<Value>): Promise<Value | undefined> {
  return new Promise((resolve) => {
    const end = (answer: Value | undefined) => {
      stage.layers.close(layer);
      resolve(answer);
    };
    const layer: Layer = {
      hints: () => [
        { key: 'up/down', does: 'choose' },
        { key: 'enter', does: 'take' },
        { key: 'esc', does: 'cancel' },
      ],
      press(key) {
        if (key.name === 'esc') end(undefined);
        else stage.terminal.feed(key);
      },
      dismiss: () => end(undefined),
      draw(room) {
        const columns = Math.min(COLUMNS, room.columns - 4);
        const items = choices().map(({ label }, at) => ({ key: String(at), label: fit(clean(label), columns - 2), value: at }));
        const limit = Math.max(1, Math.min(items.length, room.rows - 4 - lines.length));
        const text = lines.flatMap((line) => wrapped(line, columns)).map((line) => stage.look.theme.paint('dim', line));
        return (
          <Panel title={title} look={stage.look} room={room} lines={text} columns={columns} childRows={limit}>
            <SelectInput items={items} limit={limit} onSelect={({ value }) => end(choices()[value]?.value)} />
          </Panel>
        );
      },
    };
    stage.layers.open(layer);
  });
}
