/** Nodes that are taken out of service: what several platforms refuse alike. */
import { FleetError } from '../../errors.ts';
import type { Accepted, OperationName } from '../contract.ts';

const MOST_NAMED = 5;

/** Throws op.conflict with the names of the VMs that are in the way. */
export function refuseRunning(node: string, running: readonly string[]): void {
  if (running.length === 0) return;
  const more = running.length - MOST_NAMED;
  const named = running.toSorted().slice(0, MOST_NAMED).join(', ');
  throw new FleetError('op.conflict', `${node} runs ${named}${more > 0 ? ` and ${more} more VMs` : ''}`, {
    fix: `move them away with drover node evacuate ${node}, or stop them`,
  });
}

/** There was nothing to do. */
export const alreadySo = (feature: OperationName, detail: string): Accepted => ({ warnings: [{ feature, detail }] });
