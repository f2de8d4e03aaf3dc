import { clean, fit } from '../../terminal/width.ts';
import { Panel } from '../components/panel.tsx';
import { wrapped } from '../components/wrap.ts';
import { keepChoice } from '../keep-choice.ts';
import { keyName } from '../keys.ts';
import type { Layer } from '../layers.ts';
import type { Stage } from '../stage.ts';

const COLUMNS = 34;

/** The themes to choose from. Each is worn while the cursor is on it; Enter keeps it, Esc goes back to the one before. */
export async function openThemePicker(stage: Stage): Promise<void> {
  const before = stage.look.theme;
  const names = await stage.themes.names();
  let at = Math.max(0, names.indexOf(before.name));
  let wanted = before.name;
  let trouble: string | undefined;

  const close = () => stage.layers.close(layer);
  const goBack = () => {
    wanted = before.name;
    close();
    stage.wear(before);
  };
  const go = async (by: number) => {
    at = (at + by + names.length) % names.length;
    const name = names[at] ?? before.name;
    wanted = name;
    trouble = undefined;
    try {
      const theme = await stage.themes.load(name);
      // The keys may have gone on meanwhile.
      if (wanted === name) stage.wear(theme);
    } catch (error) {
      trouble = (error as Error).message;
      stage.changed();
    }
  };
  const layer: Layer = {
    hints: () => [
      { key: 'up/down', does: 'see' },
      { key: 'enter', does: 'keep' },
      { key: 'esc', does: 'as it was' },
    ],
    press(key) {
      const [move] = stage.keymap.actionsOf(keyName(key));
      if (key.name === 'esc' || key.name === 'q') goBack();
      else if (key.name === 'up' || move?.id === 'view.up') void go(-1);
      else if (key.name === 'down' || move?.id === 'view.down') void go(1);
      else if (key.name === 'enter' && trouble === undefined) {
        close();
        void keepChoice(stage, 'theme', wanted, `the theme is ${wanted}`);
      }
    },
    dismiss: goBack,
    draw(room) {
      const { theme } = stage.look;
      const lines = names.map((name, row) => {
        const text = fit(` ${clean(name)}`, COLUMNS);
        return row === at ? theme.paint('cursor', text) : text;
      });
      const told = wrapped(trouble ?? '', COLUMNS).map((line) => theme.paint('danger', line));
      return <Panel title="Theme" look={stage.look} room={room} lines={[...lines, ...told]} columns={COLUMNS} />;
    },
  };
  stage.layers.open(layer);
}
