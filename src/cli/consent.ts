import { FleetError } from '../errors.ts';
import type { CommandContext } from './command.ts';

export interface Question {
  /** What is about to happen, for where nobody can be asked: `force off interrupts 5 VMs`. */
  readonly what: string;
  readonly text: string;
  readonly isAgreement: (answer: string) => boolean;
}

/**
 * Whether it may go on. With --yes, and in a dry run, nobody is asked; anything but agreement means that nothing is done,
 * which is said. Throws usage where nobody sits who can be asked.
 */
export async function agreedTo({ what, text, isAgreement }: Question, context: CommandContext): Promise<boolean> {
  const { global, interactive, ask, say } = context;
  if (global.yes || global.dryRun) return true;
  if (!interactive) {
    throw new FleetError('usage', `${what}, and nobody can be asked here; nothing was done`, {
      fix: 'add --yes if that is what you want',
    });
  }
  const answer = await ask(text);
  if (answer !== undefined && isAgreement(answer)) return true;
  say('nothing was done');
  return false;
}

export const isYes = (answer: string): boolean => /^y(es)?$/i.test(answer.trim());
