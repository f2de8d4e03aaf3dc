import type { Warning } from '../../contract.ts';
import { pathOf } from '../guest-call.ts';
import type { Guest } from '../guests.ts';
import { type FollowContext, settled } from '../tasks.ts';

/** Starts what was made, and waits until that is done. */
export async function startMade(
  context: FollowContext,
  guest: Pick<Guest, 'kind' | 'node' | 'vmid'>,
): Promise<readonly Warning[]> {
  const { api, signal, subject } = context;
  return settled(await api.post(`${pathOf(guest)}/status/start`, { signal, subject, form: {} }), context);
}
