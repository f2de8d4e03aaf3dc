import { fit, width } from '../../terminal/width.ts';
import { Panel } from '../components/panel.tsx';
import type { Layer } from '../frame/layers.ts';
import { keyName } from '../keys.ts';
import type { Stage } from '../stage.ts';

export interface MenuItem {
  /** Those of `keys` that are shown, in words: `1-9`. */
  readonly key: string;
  /** Names of keys; the shown one where it is missing. */
  readonly keys?: readonly string[];
  readonly does: string;
  /** Why it can't be done now. */
  readonly whyNot?: string | undefined;
  run(key: string): void;
}

/** What can be done with a console, since all other keys are the guest's. Every key closes it. */
export function openConsoleMenu(stage: Stage, items: readonly MenuItem[]): void {
  const { theme } = stage.look;
  const widest = Math.max(...items.map(({ key }) => width(key)));
  const layer: Layer = {
    hints: () => [{ key: 'esc', does: 'back' }],
    press(key) {
      const name = keyName(key);
      stage.layers.close(layer);
      const item = items.find((one) => (one.keys ?? [one.key]).includes(name));
      if (!item) return;
      if (item.whyNot !== undefined) stage.message.say(item.whyNot, 'warning');
      else item.run(name);
    },
    dismiss: () => stage.layers.close(layer),
    draw(room) {
      const lines = items.map(({ key, does, whyNot }) =>
        whyNot === undefined
          ? `${theme.paint('key', fit(key, widest))}  ${does}`
          : theme.paint('dim', `${fit(key, widest)}  ${does}`),
      );
      const columns = Math.max(...items.map(({ does }) => width(does) + widest + 2));
      return <Panel title="Console" look={stage.look} room={room} lines={lines} columns={columns} />;
    },
  };
  stage.layers.open(layer);
}
