import type { Stage } from '../stage.ts';

/** Longer than keys are under way, shorter than a question takes to be read. */
export const STRAY_MS = 500;

/**
 * Whether a key that comes now still belongs to what was being typed when this question came up: of questions that come by
 * themselves, in their first moment. `y` in the name of a host must not trust another host.
 */
export function strayKeys({ services: { clock } }: Stage, unasked = false): () => boolean {
  const from = clock.ticks();
  return () => unasked && clock.ticks() - from < STRAY_MS;
}
