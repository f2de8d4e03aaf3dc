import type { ObjectAction } from './action.ts';

/** Above this many VMs a verb that interrupts wants the count typed, unless the configuration says otherwise. */
export const TYPE_COUNT_ABOVE = 10;

/** In what the command line says of a question that no user is there to answer. */
export const NO_TERMINAL = 'there is no terminal to ask at';

/** What the user has to answer before an action runs: nothing, yes, the count of what it is for, or the one name. */
export type Consent = 'none' | 'yes' | 'count' | 'name';

/** Why it is not done to so many at once, `60 VMs`, as a sentence; undefined when it is. */
export const whyTooMany = (
  { atMost }: Pick<ObjectAction, 'atMost'>,
  count: number,
  what: string,
): string | undefined =>
  atMost === undefined || count <= atMost ? undefined : `${what} are too many at once: choose ${atMost} at most`;

/** One rule for every verb, on the screen, in line mode and on the command line: danger grows with the count. */
export function consentFor({ danger }: Pick<ObjectAction, 'danger'>, count: number, typeCountAbove: number): Consent {
  if (danger === 'none') return 'none';
  if (danger === 'destroys') return count === 1 ? 'name' : 'count';
  return count > typeCountAbove ? 'count' : 'yes';
}
