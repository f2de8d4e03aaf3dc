import SelectInput from 'ink-select-input';
import { clean, fit } from '../../terminal/width.ts';
import { Panel } from '../components/panel.tsx';
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
  /** Fewer than a hundred: the list draws them all. Undefined while it is not known yet what there is. */
  readonly choices: () => readonly Choice<Value>[] | undefined;
}

/** Asks to choose one of a few; undefined when it was given up. */
export function pick<Value>(
  stage: Stage,
  { title, lines = [], choices }: PickOptions<Value>,
): Promise<Value | undefined> {
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
        else if (choices()) stage.terminal.feed(key);
      },
      dismiss: () => end(undefined),
      draw(room) {
        const columns = Math.min(COLUMNS, room.columns - 4);
        const known = choices();
        const items = (known ?? []).map(({ label }, at) => ({
          key: String(at),
          label: fit(clean(label), columns - 2),
          value: at,
        }));
        const limit = Math.max(1, Math.min(items.length, room.rows - 4 - lines.length));
        const text = [...lines, ...(known ? [] : ['looking what there is…'])]
          .flatMap((line) => wrapped(line, columns))
          .map((line) => stage.look.theme.paint('dim', line));
        if (!known) return <Panel title={title} look={stage.look} room={room} lines={text} columns={columns} />;
        return (
          <Panel title={title} look={stage.look} room={room} lines={text} columns={columns} childRows={limit}>
            <SelectInput items={items} limit={limit} onSelect={({ value }) => end(known[value]?.value)} />
          </Panel>
        );
      },
    };
    stage.layers.open(layer);
  });
}
