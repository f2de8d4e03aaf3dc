import { NO_TERMINAL } from '../actions/danger.ts';
import { FleetError } from '../errors.ts';
import type { CommandContext } from './command.ts';

export interface Question {
  /** What is about to happen, for the error where the user can't be asked: `force off interrupts 5 VMs`. */
  readonly what: string;
  readonly text: string;
  readonly isAgreement: (answer: string) => boolean;
  /** Where earlier answers have led to something already: what is said in place of `nothing was done`. */
  readonly done?: string;
}

/**
 * Whether to continue. With --yes, and in a dry run, there is no question; anything but agreement means that nothing is
 * done, which is said. Throws usage where there is no terminal to ask at.
 */
export async function agreedTo(
  { what, text, isAgreement, done = 'nothing was done' }: Question,
  context: CommandContext,
): Promise<boolean> {
  const { global, interactive, ask, say } = context;
  if (global.yes || global.dryRun) return true;
  if (!interactive) {
    throw new FleetError('usage', `${what}, and ${NO_TERMINAL}; ${done}`, {
      fix: 'add --yes if that is what you want',
    });
  }
  const answer = await ask(text);
  if (answer !== undefined && isAgreement(answer)) return true;
  say(done);
  return false;
}

/** The count itself, typed in full. */
export const isCount =
  (count: number) =>
  (answer: string): boolean =>
    answer.trim() === String(count);

export const isYes = (answer: string): boolean => /^y(es)?$/i.test(answer.trim());
