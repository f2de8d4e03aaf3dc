import { clean } from '../terminal/width.ts';
import type { CommandContext } from './command.ts';

/** What is done sooner needs no progress. */
const PATIENCE_MS = 1_000;

/** Shows how far the work of a task is once that takes longer, in one line that is written over, until `stop` takes it away. */
export function followProgress(id: number, { app, progress }: CommandContext): { stop(): void } {
  const show = () => {
    const task = app.tasks.list().find((one) => one.id === id);
    const moving = (task?.items ?? []).filter(({ state, text }) => state === 'running' && text !== '');
    const [first, ...others] = moving;
    if (!first) return;
    const more = others.length > 0 ? ` (and ${others.length} more)` : '';
    progress(`${clean(first.name)}: ${clean(first.text)}${more}`);
  };
  let unfollow: (() => void) | undefined;
  const stopClock = app.clock.after(PATIENCE_MS, () => {
    unfollow = app.tasks.subscribe(show);
    show();
  });
  return {
    stop() {
      stopClock();
      if (!unfollow) return;
      unfollow();
      progress(undefined);
    },
  };
}
