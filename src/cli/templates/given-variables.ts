import { pairOf } from '../../actions/text-in.ts';
import { FleetError } from '../../errors.ts';
import type { Flag } from '../flags.ts';

export const VARIABLE: Flag = {
  key: 'var',
  label: 'Variable',
  help: 'A variable of the template, NAME=VALUE; it counts more than the pool of the endpoint and the template.',
  kind: 'text',
  repeatable: true,
  examples: ['MEMORY=4096'],
};

/** Throws usage for what is no NAME=VALUE. */
export function variablesIn(texts: readonly string[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const pair = pairOf(text);
      if (!pair) throw new FleetError('usage', `--var ${JSON.stringify(text)}: must be NAME=VALUE`);
      return pair;
    }),
  );
}
