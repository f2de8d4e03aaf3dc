import type { LossPlan } from '../contract.ts';
import { usedBy } from '../lib/listed.ts';

/** A plan that is refused while there are users. */
export const planFor = (
  name: string,
  users: readonly string[],
  goes: readonly string[],
  stays: readonly string[] = [],
): LossPlan => ({ goes, stays, ...(users.length > 0 && { refused: usedBy(name, users) }) });
