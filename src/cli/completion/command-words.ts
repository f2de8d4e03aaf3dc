import { commands, findCommand, nouns } from '../commands.ts';
import type { Candidate } from './candidate.ts';

export const nounCandidates = (): readonly Candidate[] =>
  nouns.map((noun) => {
    const verbs = commands.filter((command) => command.noun === noun).map(({ verb }) => verb);
    return { value: noun, help: verbs.join(', ') };
  });

/** The verbs of a noun; in kcli's order, the nouns of a verb. */
export function secondWords(first: string): readonly Candidate[] {
  const found = findCommand(first, undefined);
  if (found && 'noun' in found) {
    return commands.filter(({ noun }) => noun === found.noun).map(({ verb, help }) => ({ value: verb, help }));
  }
  return commands.filter(({ verb }) => verb === first).map(({ noun, help }) => ({ value: noun, help }));
}
