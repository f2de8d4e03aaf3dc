/** What the simulated cluster says of what is in use. */
import { FleetError } from '../../errors.ts';
import type { LossPlan } from '../contract.ts';

const MOST_NAMED = 5;

/** `vms is used by web1, web2 and 3 more VMs`. */
export function usedBy(name: string, users: readonly string[]): string {
  const more = users.length - MOST_NAMED;
  return `${name} is used by ${users.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more VMs` : ''}`;
}

/** A plan that is refused while there are users. */
export const planFor = (
  name: string,
  users: readonly string[],
  goes: readonly string[],
  stays: readonly string[] = [],
): LossPlan => ({ goes, stays, ...(users.length > 0 && { refused: usedBy(name, users) }) });

export function refuseUsed(plan: LossPlan): void {
  if (plan.refused !== undefined) throw new FleetError('op.refused', plan.refused);
}
