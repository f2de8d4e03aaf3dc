/** Dialogs over nothing, and their answers. */

import type { Key } from '../../src/terminal/keys.ts';
import { type LightOptions, openStage, settled } from './light-stage.tsx';

export const openDialogs = (options: LightOptions = {}) => {
  const fed: string[] = [];
  const light = openStage({
    ...options,
    terminal: { feed: (key: Key) => void fed.push(key.name), ...options.terminal },
  });
  return { ...light, fed };
};
/** A promise that can be looked at. */
export function watched<Value>(promise: Promise<Value>) {
  const seen: { answer?: Value | 'open' } = { answer: 'open' };
  void promise.then((answer) => {
    seen.answer = answer;
  });
  return async () => {
    await settled();
    return seen.answer;
  };
}
