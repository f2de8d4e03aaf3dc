import { Box } from 'ink';
import { filterCompletions, valuesInFleet } from '../../state/query/filter-words.ts';
import { clean, fit } from '../../terminal/width.ts';
import { inputText } from '../components/input-text.ts';
import { Lines } from '../components/lines.tsx';
import { edited, type TextInput, textInput, typed } from '../components/text-input.ts';
import type { FilterPromptOptions } from '../dialogs/dialogs.ts';
import type { Layer } from '../frame/layers.ts';
import type { Stage } from '../stage.ts';

const LEAD = ' / ';
const OVER_VMS = 'name:db* state:running cpu>80 mem>1G pool: node: tag: !';
const OVER_NODES = 'name:kvm* state:down cpu>80 used>90 pool: version: !';

/** One line at the bottom; Tab goes on with a word, Enter keeps the filter, Esc takes it away. */
export function openFilterPrompt(stage: Stage, { start, apply, step, keep, vocabulary }: FilterPromptOptions): void {
  const { fleet } = stage.services.store;
  let input: TextInput = textInput(start);
  let problem = apply(start);
  let applied = start;
  /** What the last Tab found, when it was more than one. */
  let offered: readonly string[] = [];
  const change = (next: TextInput | undefined) => {
    if (!next) return;
    input = next;
    offered = [];
    stage.changed();
    queueMicrotask(follow);
  };
  /** Once for all keys of a read: what is typed by a program may be long. */
  const follow = () => {
    if (input.text === applied) return;
    applied = input.text;
    problem = apply(applied);
    stage.changed();
  };
  const complete = () => {
    const found = filterCompletions(input.text, (word) => valuesInFleet(word, fleet), vocabulary)
      .map(({ query }) => query)
      .filter((query) => query.toLowerCase().startsWith(input.text.toLowerCase()));
    if (found.length > 0) change(textInput(commonStart(found)));
    const lastTerm = input.text.lastIndexOf(' ') + 1;
    offered = found.length > 1 ? found.map((query) => query.slice(lastTerm)) : [];
    stage.changed();
  };
  const close = () => stage.layers.close(layer);
  const layer: Layer = {
    hints: () => [
      { key: 'tab', does: 'complete' },
      { key: 'up/down', does: 'choose' },
      { key: 'enter', does: 'keep' },
      { key: 'esc', does: 'clear' },
      { key: vocabulary ? OVER_NODES : OVER_VMS, does: 'such as' },
    ],
    press(key) {
      if (key.name === 'enter') {
        follow();
        close();
        return keep?.();
      }
      if (key.name === 'tab') return complete();
      if (key.name === 'up' || key.name === 'down') {
        follow();
        return step?.(key.name === 'up' ? -1 : 1);
      }
      if (key.name === 'esc') {
        input = textInput();
        follow();
        return close();
      }
      change(edited(input, key));
    },
    paste: (text) => change(typed(input, text)),
    dismiss: close,
    draw({ columns, rows }) {
      const { theme } = stage.look;
      const line = theme.paint('key', LEAD) + inputText(input, columns - LEAD.length, true, stage.look);
      const told =
        offered.length > 0
          ? theme.paint('dim', fit(`${LEAD}${clean(offered.join('  '))}`, columns))
          : problem &&
            theme.paint('warning', fit(`${' '.repeat(LEAD.length + problem.at)}^ ${problem.message}`, columns));
      return (
        <Box position="absolute" left={0} top={rows - (told === undefined ? 1 : 2)}>
          <Lines lines={told === undefined ? [line] : [told, line]} />
        </Box>
      );
    },
  };
  stage.layers.open(layer);
}

/** What all of them begin with, capitals aside. */
function commonStart([first = '', ...others]: readonly string[]): string {
  let end = first.length;
  for (const other of others) {
    while (!other.toLowerCase().startsWith(first.slice(0, end).toLowerCase())) end--;
  }
  return first.slice(0, end);
}
