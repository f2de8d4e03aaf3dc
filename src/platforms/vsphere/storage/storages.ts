/** Datastores as storages: Datastore, DatastoreSummary and DatastoreHostMount (vSphere Web Services API). */
import { nativeOfListed, nodeId, storageId } from '../../../ids.ts';
import { bytes } from '../../../units.ts';
import type { Storage, StorageOps, Trouble } from '../../contract.ts';
import { noListed } from '../../lib/listed.ts';
import { childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import { inFolders } from '../inventory-spec.ts';
import { inOrder, nameOf, readAll, sizeAt, UNTOLD } from '../lists.ts';
import { normalizeError } from '../normalize-error.ts';
import { isGone, type ObjectContent } from '../properties.ts';
import type { Session } from '../session.ts';
import type { MoRef } from '../soap/envelope.ts';

const WANTED = [{ type: 'Datastore', paths: ['name', 'summary', 'host'] }];

export const createStorageOps = (session: Session): Required<Pick<StorageOps, 'list' | 'refresh'>> => ({
  async refresh(id, signal) {
    const target: MoRef = { type: 'Datastore', value: nativeOfListed(id) };
    await session.call({ target, method: 'RefreshDatastore', kind: 'mutates', signal }).catch((error: unknown) => {
      throw isGone(error) ? noListed('storage', id) : normalizeError(error, target.value, 'list');
    });
    return { warnings: [] };
  },
  async list(_of, signal) {
    const all = await readAll(session, WANTED, inFolders(session.content.rootFolder, 'datastoreFolder'), signal);
    return inOrder(all.map((one) => storageFrom(one, session)));
  },
});

function storageFrom(object: ObjectContent, { endpoint, clock }: Session): Storage {
  const summary = object.values.get('summary');
  const mounts = childrenOf(object.values.get('host'), 'DatastoreHostMount');
  // unset is mounted
  const hosts = mounts.filter((mount) => textAt(mount, 'mountInfo', 'mounted') !== 'false');
  const [only] = hosts.length === 1 ? hosts : [];
  const host = textAt(only, 'key');
  const several = textAt(summary, 'multipleHostAccess');
  const isAccessible = textAt(summary, 'accessible') === 'true';
  // of one that is not accessible the server does not vouch for its sizes and its place
  const told = isAccessible ? summary : undefined;
  const [size, free] = [sizeAt(told, 'capacity'), sizeAt(told, 'freeSpace')];
  const message = summary ? lostBy(mounts) : UNTOLD;
  const trouble: Trouble | undefined = message === undefined ? undefined : { message, since: clock.now() };
  return {
    id: storageId(endpoint, object.ref.value),
    name: nameOf(object),
    type: textAt(summary, 'type') ?? '',
    node: host ? nodeId(endpoint, host) : undefined,
    // only a vCenter says it
    shared: several === undefined ? hosts.length > 1 || undefined : several === 'true',
    active: isAccessible && textAt(summary, 'maintenanceMode') !== 'inMaintenance',
    size,
    used: size !== undefined && free !== undefined && free <= size ? bytes(size - free) : undefined,
    path: textAt(told, 'url') || undefined,
    content: [],
    ...(trouble ? { trouble } : {}),
  };
}

/** Hosts that have lost it, in a sentence, also where others still reach it; a host that is merely off gives no reason. */
function lostBy(mounts: readonly XmlElement[]): string | undefined {
  const reasons = mounts.flatMap((mount) => textAt(mount, 'mountInfo', 'inaccessibleReason') || []);
  if (reasons.length === 0) return undefined;
  return `${reasons.length} of ${mounts.length} hosts can't reach it: ${[...new Set(reasons)].join(', ')}`;
}
