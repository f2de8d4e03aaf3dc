import { sentence } from '../../errors.ts';
import { clean, fit } from '../../terminal/width.ts';
import { Panel } from '../components/panel.tsx';
import { wrapped } from '../components/wrap.ts';
import type { Layer } from '../frame/layers.ts';
import { keepChoice } from '../keep-choice.ts';
import { keyName } from '../keys.ts';
import type { Stage } from '../stage.ts';

const COLUMNS = 34;

/** The themes to choose from. Each is worn while the cursor is on it; Enter keeps it, Esc goes back to the one before. */
export async function openThemePicker(stage: Stage): Promise<void> {
  const before = stage.look.theme;
  const names = await stage.themes.names();
  let at = Math.max(0, names.indexOf(before.name));
  let wanted = before.name;
  let trouble: string | undefined;
  let worn = Promise.resolve();

  const close = () => stage.layers.close(layer);
  const goBack = () => {
    wanted = before.name;
    close();
    stage.wear(before);
  };
  const wear = async (name: string) => {
    try {
      const theme = await stage.themes.load(name);
      // The keys may have gone on meanwhile.
      if (wanted === name) stage.wear(theme);
    } catch (error) {
      if (wanted !== name) return;
      trouble = sentence(error);
      stage.changed();
    }
  };
  const go = (by: number) => {
    at = (at + by + names.length) % names.length;
    wanted = names[at] ?? before.name;
    trouble = undefined;
    worn = wear(wanted);
  };
  /** A theme that can't be read must not come into the configuration, however fast Enter was. */
  const keep = async () => {
    const name = wanted;
    await worn;
    if (wanted !== name || trouble !== undefined || !stage.layers.all.includes(layer)) return;
    close();
    await keepChoice(stage, 'theme', name, `the theme is ${name}`);
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
      else if (key.name === 'up' || move?.id === 'view.up') go(-1);
      else if (key.name === 'down' || move?.id === 'view.down') go(1);
      else if (key.name === 'enter') void keep();
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
