import { type Shown, whyAnother } from '../../actions/target.ts';
import { endpointOf } from '../../ids.ts';
import type { Stage } from '../stage.ts';

/** Compared at each landing while a question is open; all are compared again before anything is sent to them. */
const MOST_COMPARED = 200;

/**
 * Asks something about these VMs. The question is closed, with a sentence in the message line, as soon as one of them is
 * another machine or its endpoint's configuration has changed; the answer is then that of a question that was given up.
 */
export async function whileSame<Answer>(
  stage: Stage,
  shown: readonly Shown[],
  ask: (until: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const { services, message } = stage;
  const onePerEndpoint = new Map(shown.map((one) => [endpointOf(one.id), one])).values();
  const compared = [...new Set([...shown.slice(0, MOST_COMPARED), ...onePerEndpoint])];
  const controller = new AbortController();
  let another: string | undefined;
  const stop = services.store.subscribe(() => {
    another ??= compared.map((one) => whyAnother(one, services)).find((why) => why !== undefined);
    if (another !== undefined) controller.abort();
  });
  try {
    return await ask(controller.signal);
  } finally {
    stop();
    if (another !== undefined) message.say(`nothing was done: ${another}`, 'warning');
  }
}
