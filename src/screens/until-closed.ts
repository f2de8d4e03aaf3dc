import type { Layer } from './frame/layers.ts';
import type { Stage } from './stage.ts';

/** Aborts when this layer is taken off the screen: what was opened over it has no use any more. */
export function untilClosed(stage: Pick<Stage, 'layers' | 'subscribe'>, layer: Layer): AbortSignal {
  const controller = new AbortController();
  const stop = stage.subscribe(() => {
    if (stage.layers.all.includes(layer)) return;
    stop();
    controller.abort();
  });
  return controller.signal;
}
