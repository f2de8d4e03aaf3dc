import { Panel } from '../components/panel.tsx';
import { wrapped } from '../components/wrap.ts';
import type { Layer } from '../frame/layers.ts';
import type { Stage } from '../stage.ts';
import type { Question } from './dialogs.ts';
import { seenQuestion, strayKeys } from './stray-keys.ts';

const COLUMNS = 64;
const MOST_DETAILS = 10;

/** Asks yes or no; anything but y is no. */
export function confirm(stage: Stage, { title, question, details = [], unasked, until }: Question): Promise<boolean> {
  const { theme } = stage.look;
  const isStray = strayKeys(stage, unasked);
  const seen = seenQuestion(stage);
  return new Promise((resolve) => {
    const end = (answer: boolean) => {
      stage.layers.close(layer);
      resolve(answer);
    };
    const layer: Layer = {
      hints: () => [
        { key: 'y', does: 'yes' },
        { key: 'n', does: 'no' },
      ],
      press(key) {
        const { name, ctrl, alt } = key;
        if (ctrl || alt || isStray() || !seen.isAnswer(key)) return;
        if (name === 'y' || name === 'Y') end(true);
        else if (name === 'n' || name === 'N' || name === 'esc' || name === 'q') end(false);
      },
      dismiss: () => end(false),
      draw(room) {
        seen.drawn();
        const columns = Math.min(COLUMNS, room.columns - 4);
        const left = details.length - MOST_DETAILS;
        const lines = [
          ...wrapped(question, columns).map((line) => theme.paint('title', line)),
          ...details.slice(0, MOST_DETAILS).flatMap((detail) => wrapped(detail, columns)),
          ...(left > 0 ? [theme.paint('dim', `and ${left} more`)] : []),
          '',
          `${theme.paint('key', 'y')} yes   ${theme.paint('key', 'n')} no`,
        ];
        return <Panel title={title} look={stage.look} room={room} lines={lines} columns={columns} />;
      },
    };
    stage.layers.open(layer);
    until?.addEventListener('abort', layer.dismiss, { once: true });
  });
}
