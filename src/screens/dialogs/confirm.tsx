import { clean, width } from '../../terminal/width.ts';
import { Panel } from '../components/panel.tsx';
import { wrapped } from '../components/wrap.ts';
import type { Hint, Layer } from '../frame/layers.ts';
import type { Stage } from '../stage.ts';
import type { Consent, Optional, Question } from './dialogs.ts';
import { seenQuestion, strayKeys } from './stray-keys.ts';

/** Wider where a line needs it: what differs in a text keeps its blanks as long as it has room. */
const [COLUMNS, WIDEST] = [64, 120];
const MOST_DETAILS = 10;

/** The ways to answer beside yes and no. */
export const furtherWays = ({ hasOptions, canWait }: Optional): readonly Hint[] => [
  ...(hasOptions ? [{ key: 'o', does: 'options' }] : []),
  ...(canWait ? [{ key: 't', does: 'at a time…' }] : []),
];

/** Asks yes or no; anything but y is no. */
export const confirm = async (stage: Stage, question: Question): Promise<boolean> =>
  (await consent(stage, question)) === 'yes';

/** The same for what has options or can wait: `o` asks for the ones, `t` for a time. */
export function consent(
  stage: Stage,
  { title, question, details = [], unasked, until, hasOptions = false, canWait = false }: Question & Optional,
): Promise<Consent> {
  const { theme } = stage.look;
  const isStray = strayKeys(stage, unasked);
  const seen = seenQuestion(stage);
  return new Promise((resolve) => {
    const end = (answer: Consent) => {
      stage.layers.close(layer);
      resolve(answer);
    };
    const layer: Layer = {
      hints: () => [{ key: 'y', does: 'yes' }, { key: 'n', does: 'no' }, ...furtherWays({ hasOptions, canWait })],
      press(key) {
        const { name, ctrl, alt } = key;
        if (ctrl || alt || isStray() || !seen.isAnswer(key)) return;
        if (name === 'y' || name === 'Y') end('yes');
        else if (name === 'o' && hasOptions) end('options');
        else if (name === 't' && canWait) end('later');
        else if (name === 'n' || name === 'N' || name === 'esc' || name === 'q') end('no');
      },
      dismiss: () => end('no'),
      draw(room) {
        seen.drawn();
        const widest = Math.max(COLUMNS, ...details.slice(0, MOST_DETAILS).map((detail) => width(detail)));
        const columns = Math.min(widest, WIDEST, room.columns - 4);
        const left = details.length - MOST_DETAILS;
        const lines = [
          ...wrapped(question, columns).map((line) => theme.paint('title', line)),
          ...details
            .slice(0, MOST_DETAILS)
            .flatMap((detail) => (width(detail) <= columns ? [clean(detail)] : wrapped(detail, columns))),
          ...(left > 0 ? [theme.paint('dim', `and ${left} more`)] : []),
          '',
          [{ key: 'y', does: 'yes' }, { key: 'n', does: 'no' }, ...furtherWays({ hasOptions, canWait })]
            .map(({ key, does }) => `${theme.paint('key', key)} ${does}`)
            .join('   '),
        ];
        return <Panel title={title} look={stage.look} room={room} lines={lines} columns={columns} />;
      },
    };
    stage.layers.open(layer);
    until?.addEventListener('abort', layer.dismiss, { once: true });
  });
}
