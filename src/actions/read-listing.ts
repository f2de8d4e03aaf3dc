import { FleetError } from '../errors.ts';
import { endpointOf, type OwnerId } from '../ids.ts';
import { type ListedKind, type ObjectOf, whyAbsent } from '../platforms/contract.ts';
import type { Services } from './services.ts';

/**
 * Reads what is under a VM, or what an endpoint has, and keeps it in the fleet, where tables, names and actions find it. Rejects as `KIND.list` does;
 * with host.unreachable where there is no connection, with op.unsupported where the platform has no such list.
 */
export async function readListing<K extends ListedKind>(
  kind: K,
  under: OwnerId,
  { store, clock, sessions }: Pick<Services, 'store' | 'clock' | 'sessions'>,
  signal: AbortSignal,
  connection = sessions.connection(endpointOf(under)),
): Promise<readonly ObjectOf<K>[]> {
  if (!connection) throw new FleetError('host.unreachable', `${endpointOf(under)} is not connected`);
  // Each kind has one kind of owner; which, the table of kinds says.
  const list = connection[kind]?.list as
    | ((of: OwnerId, signal: AbortSignal) => Promise<readonly ObjectOf<K>[]>)
    | undefined;
  if (!list) {
    throw new FleetError(
      'op.unsupported',
      whyAbsent(connection, `${kind}.list`) ?? `this platform has no ${kind}.list`,
    );
  }
  const items = await list(under, signal);
  store.setListing(kind, under, { at: clock.now(), items });
  return items;
}
