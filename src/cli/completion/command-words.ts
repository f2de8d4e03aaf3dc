import type { Command } from '../command.ts';
import { commands, findCommand, nounsOf } from '../commands.ts';
import type { Candidate } from './candidate.ts';

export const nounCandidates = (all: readonly Command[] = commands): readonly Candidate[] =>
  nounsOf(all).map((noun) => {
    const verbs = all.filter((command) => command.noun === noun).map(({ verb }) => verb);
    return { value: noun, help: verbs.join(', ') };
  });

/** The verbs of a noun; in kcli's order, the nouns of a verb. */
export function secondWords(first: string, all: readonly Command[] = commands): readonly Candidate[] {
  const found = findCommand(first, undefined, all);
  if (found && 'noun' in found) {
    return all.filter(({ noun }) => noun === found.noun).map(({ verb, help }) => ({ value: verb, help }));
  }
  return all.filter(({ verb }) => verb === first).map(({ noun, help }) => ({ value: noun, help }));
}
