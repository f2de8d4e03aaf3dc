import { FleetError } from '../errors.ts';
import type { VmId } from '../ids.ts';
import { type Connection, type ListedKind, type ObjectOf, whyAbsent } from '../platforms/contract.ts';
import type { Services } from './services.ts';

/**
 * Reads what is under a VM and keeps it in the fleet, where tables, names and actions find it. Rejects as `KIND.list` does;
 * with op.unsupported where the platform has none.
 */
export async function readListing<K extends ListedKind>(
  kind: K,
  under: VmId,
  { store, clock }: Pick<Services, 'store' | 'clock'>,
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly ObjectOf<K>[]> {
  const list = connection[kind]?.list;
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
