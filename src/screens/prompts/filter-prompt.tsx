import { Box } from 'ink';
import type { FilterProblem } from '../../state/filter.ts';
import { fit } from '../../terminal/width.ts';
import { inputText } from '../components/input-text.ts';
import { Lines } from '../components/lines.tsx';
import { edited, type TextInput, textInput, typed } from '../components/text-input.ts';
import type { Layer } from '../layers.ts';
import type { Stage } from '../stage.ts';

export interface FilterPromptOptions {
  readonly start: string;
  /** Called with every change: what is shown follows while typing. Answers what is wrong with it. */
  readonly apply: (text: string) => FilterProblem | undefined;
}

const LEAD = ' / ';

/** One line at the bottom; Enter keeps the filter, Esc takes it away. Arrows move in the list meanwhile. */
export function openFilterPrompt(stage: Stage, { start, apply }: FilterPromptOptions): void {
  let input: TextInput = textInput(start);
  let problem = apply(start);
  const change = (next: TextInput | undefined) => {
    if (!next) return;
    input = next;
    problem = apply(input.text);
    stage.changed();
  };
  const close = () => stage.layers.close(layer);
  const layer: Layer = {
    hints: () => [
      { key: 'enter', does: 'keep' },
      { key: 'esc', does: 'clear' },
      { key: 'name:db* state:running cpu>80 mem>1G pool: node: tag: !', does: 'such as' },
    ],
    press(key) {
      if (key.name === 'enter') return close();
      if (key.name === 'esc') {
        apply('');
        return close();
      }
      change(edited(input, key));
    },
    paste: (text) => change(typed(input, text)),
    dismiss: close,
    draw({ columns, rows }) {
      const { theme } = stage.look;
      const line = theme.paint('key', LEAD) + inputText(input, columns - LEAD.length, true, stage.look);
      const told = problem
        ? theme.paint('warning', fit(`${' '.repeat(LEAD.length + problem.at)}^ ${problem.message}`, columns))
        : undefined;
      return (
        <Box position="absolute" left={0} top={rows - (told === undefined ? 1 : 2)}>
          <Lines lines={told === undefined ? [line] : [told, line]} />
        </Box>
      );
    },
  };
  stage.layers.open(layer);
}
