import { clean } from '../../terminal/width.ts';
import { inputText } from '../components/input-text.ts';
import { Panel } from '../components/panel.tsx';
import { scrolledBy } from '../components/scrolled-by.ts';
import { edited, type TextInput, textInput } from '../components/text-input.ts';
import { wrapped } from '../components/wrap.ts';
import type { Layer } from '../frame/layers.ts';
import { keyName } from '../keys.ts';
import type { Stage } from '../stage.ts';
import { furtherWays } from './confirm.tsx';
import type { Consent, Optional, Plan } from './dialogs.ts';
import { seenQuestion } from './stray-keys.ts';

const COLUMNS = 72;
/** Frame, question, blank line and answers. */
const AROUND = 5;

/** A count is typed in digits; all other keys scroll the list, as elsewhere. */
const isForCount = (text: string, name: string): boolean =>
  /^\d+$/.test(text) || ['backspace', 'delete', 'ctrl-u'].includes(name);

/** Shows all of a plan, however long, and asks whether to continue; anything but y, or what has to be typed, is no. */
export function confirmPlan(stage: Stage, plan: Plan & Optional): Promise<Consent> {
  const { title, question, details = [], does, leavesOut, typed, until, hasOptions = false, canWait = false } = plan;
  const { theme, glyphs } = stage.look;
  let first = 0;
  let page = 10;
  let input: TextInput = textInput();
  let isWrong = false;
  const seen = seenQuestion(stage);
  return new Promise((resolve) => {
    const end = (answer: Consent) => {
      stage.layers.close(layer);
      resolve(answer);
    };
    const answer = (name: string) => {
      if (name === 'o' && hasOptions) return end('options');
      if (name === 't' && canWait) return end('later');
      if (typed !== undefined) {
        if (name === 'enter' && input.text.trim() === typed) return end('yes');
        isWrong ||= name === 'enter';
        return name === 'esc' ? end('no') : undefined;
      }
      if (name === 'y' || name === 'Y') end('yes');
      else if (name === 'n' || name === 'N' || name === 'esc' || name === 'q') end('no');
    };
    const layer: Layer = {
      hints: () => [
        ...(typed === undefined
          ? [
              { key: 'y', does: 'yes' },
              { key: 'n', does: 'no' },
            ]
          : [
              { key: 'enter', does: 'accept' },
              { key: 'esc', does: 'cancel' },
            ]),
        ...furtherWays({ hasOptions, canWait }),
        { key: 'up/down', does: 'scroll' },
      ],
      press(key) {
        if (!seen.isAnswer(key)) return;
        const name = keyName(key);
        const rows = scrolledBy(name, page, stage.keymap);
        const changed = typed !== undefined && isForCount(key.text, name) ? edited(input, key) : undefined;
        if (changed) input = changed;
        else if (rows !== 0) first += rows;
        else answer(name);
        stage.changed();
      },
      dismiss: () => end('no'),
      draw(room) {
        seen.drawn();
        const columns = Math.min(COLUMNS, room.columns - 4);
        const asked = [
          ...wrapped(question, columns).map((line) => theme.paint('title', line)),
          ...details.flatMap((detail) => painted(detail, columns, 'danger')),
        ];
        const entries = [
          // What is done comes first, without scrolling. That some are left out is said by the question.
          ...does.flatMap((text) =>
            wrapped(clean(text), columns - 2).map(
              (line, at) => `${at === 0 ? theme.paint('good', glyphs.good) : ' '} ${line}`,
            ),
          ),
          ...(leavesOut.length > 0 ? [theme.paint('header', `left out: ${leavesOut.length}`)] : []),
          ...leavesOut.flatMap((text) => painted(`not ${text}`, columns, 'warning')),
        ];
        page = Math.max(1, Math.min(entries.length, room.rows - AROUND - asked.length + 1));
        first = Math.max(0, Math.min(first, entries.length - page));
        const below = entries.length - first - page;
        const rest = first + below > 0 ? theme.paint('dim', `   ${first} above, ${below} below`) : '';
        const lead = `Type ${typed}: `;
        const wrong = isWrong ? theme.paint('warning', ` that is not ${typed}`) : '';
        const options = furtherWays({ hasOptions, canWait })
          .map(({ key, does }) => `   ${theme.paint('key', key)} ${does}`)
          .join('');
        const answers =
          typed === undefined
            ? `${theme.paint('key', 'y')} yes   ${theme.paint('key', 'n')} no${options}`
            : lead + inputText(input, typed.length + 2, true, stage.look) + wrong + options;
        const lines = [...asked, ...entries.slice(first, first + page), '', answers + rest];
        return <Panel title={title} look={stage.look} room={room} lines={lines} columns={columns} />;
      },
    };
    const painted = (text: string, columns: number, colour: 'warning' | 'danger') =>
      wrapped(clean(text), columns).map((line) => theme.paint(colour, line));
    stage.layers.open(layer);
    until?.addEventListener('abort', layer.dismiss, { once: true });
  });
}
