import { clusters } from '../../terminal/width.ts';
import { inputText } from '../components/input-text.ts';
import { Panel } from '../components/panel.tsx';
import { edited, selectedInput, type TextInput, typed } from '../components/text-input.ts';
import { wrapped } from '../components/wrap.ts';
import type { Layer } from '../frame/layers.ts';
import type { Stage } from '../stage.ts';
import type { PromptOptions } from './dialogs.ts';
import { strayKeys } from './stray-keys.ts';

const COLUMNS = 60;

/** Asks for one line; undefined when it was given up. */
export function prompt(stage: Stage, options: PromptOptions): Promise<string | undefined> {
  const { theme } = stage.look;
  const isStray = strayKeys(stage, options.unasked);
  return new Promise((resolve) => {
    let input: TextInput = selectedInput(options.start ?? '');
    let tried = false;
    const end = (answer: string | undefined) => {
      stage.layers.close(layer);
      resolve(answer);
    };
    const change = (next: TextInput | undefined) => {
      if (!next) return;
      input = next;
      stage.changed();
    };
    const layer: Layer = {
      hints: () => [
        { key: 'enter', does: 'accept' },
        { key: 'esc', does: 'cancel' },
      ],
      press(key) {
        if (isStray()) return;
        if (key.name === 'esc') return end(undefined);
        if (key.name !== 'enter') return change(edited(input, key));
        tried = true;
        if (options.complaint?.(input.text) === undefined) end(input.text);
        else stage.changed();
      },
      paste: (text) => change(typed(input, text)),
      dismiss: () => end(undefined),
      draw(room) {
        const columns = Math.min(COLUMNS, room.columns - 4);
        const wrong = input.text === '' && !tried ? undefined : options.complaint?.(input.text);
        const lines = [
          ...options.lines.flatMap((line) => wrapped(line, columns)),
          inputText(
            options.secret ? { ...input, text: '*'.repeat([...clusters(input.text)].length) } : input,
            columns,
            true,
            stage.look,
          ),
          wrong === undefined ? '' : theme.paint('warning', wrapped(wrong, columns)[0] ?? ''),
        ];
        return <Panel title={options.title} look={stage.look} room={room} lines={lines} columns={columns} />;
      },
    };
    stage.layers.open(layer);
    options.until?.addEventListener('abort', () => end(undefined), { once: true });
  });
}
