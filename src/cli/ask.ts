import type { Ask } from '../platforms/contract.ts';
import { clean } from '../terminal/width.ts';
import type { CommandContext } from './command.ts';
import { isYes } from './consent.ts';

/** Puts the questions of a connection to the user at the terminal; without a terminal the answer is no. */
export function askOnTerminal({ interactive, ask, say }: CommandContext): Ask {
  if (!interactive) return {};
  return {
    async trust({ host, port, type, fingerprint, addTo }) {
      say(`${clean(host)} port ${port} is not known yet. It shows this ${clean(type)} key:`);
      say(`  ${clean(fingerprint)}`);
      if (addTo !== undefined) say(`With yes it is written to ${clean(addTo)}.`);
      return isYes((await ask('Is that the key of this host? [y/N] ')) ?? '');
    },
    secret: (prompt) => ask(`${clean(prompt)}: `, true),
  };
}
