import { Panel } from '../components/panel.tsx';
import { wrapped } from '../components/wrap.ts';
import type { Layer } from '../frame/layers.ts';
import type { Stage } from '../stage.ts';
import { seenQuestion, strayKeys } from './stray-keys.ts';

export interface Question {
  readonly title: string;
  /** `Shut down web1 on host3?` */
  readonly question: string;
  /** What should be known before answering, one thing a line. */
  readonly details?: readonly string[];
  /** It comes by itself, while keys may be meant for something else. */
  readonly unasked?: boolean;
  /** The question is void: it is closed as if it had been answered with no. */
  readonly until?: AbortSignal;
}

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
