/** One thing that lies in a storage, by its id: found, and deleted. */
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { type Id, nativeOfListed } from '../../../ids.ts';
import type { Accepted, ListedKind } from '../../contract.ts';
import { noListed } from '../../lib/listed.ts';
import type { Api } from '../api.ts';
import { type Catalog, type ListContext, readCatalog } from '../catalog.ts';
import { type Entry, readStorage } from '../contents.ts';
import { placePath } from '../read-each.ts';
import { acceptedTask } from '../tasks.ts';

/** Rejects with KIND.not-found, also for an entry that does not count, and with op.conflict where its storage can't be used now. */
export async function findEntry(
  context: ListContext,
  kind: ListedKind,
  id: Id,
  counts: (entry: Entry) => boolean,
  signal: AbortSignal,
): Promise<{ readonly entry: Entry; readonly catalog: Catalog }> {
  const catalog = await readCatalog(context, signal);
  const native = nativeOfListed(id);
  const storage = catalog.storages.find(({ key }) => native.startsWith(`${key}:`));
  if (!storage) throw noListed(kind, id);
  if (storage.through.length === 0)
    throw new FleetError('op.conflict', `${storage.key} can't be used now: ${storage.offline ?? 'it is not active'}`);
  const { entries } = await readStorage(context, storage, signal);
  const entry = entries.find((one) => one.key === native && counts(one));
  if (!entry) throw noListed(kind, id);
  return { entry, catalog };
}

export async function deleteEntry(
  { node, storage, volid }: Entry,
  { api, clock, signal }: { readonly api: Api; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Accepted> {
  const path = placePath('nodes', node, 'storage', storage.name, 'content', volid);
  const answer = await api.delete(path, { signal, subject: volid });
  return acceptedTask(answer, { api, clock, signal, subject: volid });
}
