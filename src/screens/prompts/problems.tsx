import { clean } from '../../terminal/width.ts';
import { linesOf, Panel } from '../components/panel.tsx';
import { scrolledBy } from '../components/scrolled-by.ts';
import { wrapped } from '../components/wrap.ts';
import type { Layer } from '../frame/layers.ts';
import { keyName } from '../keys.ts';
import { problemSentences } from '../problems.ts';
import type { Stage } from '../stage.ts';

const COLUMNS = 92;

/** Everything that is wrong with the configuration, since the message line has room for one thing only. */
export function openProblems(stage: Stage): void {
  let first = 0;
  let page = 10;
  const close = () => stage.layers.close(layer);
  const layer: Layer = {
    hints: () => [
      { key: 'j/k g/G', does: 'scroll' },
      { key: 'esc', does: 'close' },
    ],
    press(key) {
      const name = keyName(key);
      if (name === 'esc' || name === 'q' || name === 'enter') return close();
      first += scrolledBy(name, page, stage.keymap);
      stage.changed();
    },
    dismiss: close,
    draw(room) {
      const columns = Math.min(COLUMNS, room.columns - 4);
      const { theme, glyphs } = stage.look;
      const problems = problemSentences(stage);
      const lines = problems.flatMap(({ text, fix }) => [
        ...wrapped(clean(text), columns - 2).map((line, at) => `${at === 0 ? glyphs.bullet : ' '} ${line}`),
        ...(fix === undefined
          ? []
          : wrapped(clean(stage.advice.onScreen(fix)), columns - 2).map((line) => theme.paint('dim', `  ${line}`))),
      ]);
      const all = problems.length === 0 ? ['Nothing is wrong with the configuration.'] : lines;
      page = Math.max(1, room.rows - 2);
      first = Math.max(0, Math.min(first, all.length - page));
      const title = linesOf('Configuration', first, page, all.length);
      return <Panel title={title} look={stage.look} room={room} lines={all.slice(first)} columns={columns} />;
    },
  };
  stage.layers.open(layer);
}
