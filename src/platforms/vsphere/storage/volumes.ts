/** Files of datastores as volumes: disks and media, of VMs and of none. */
import { endpointOf, nativeOfListed, type VolumeId, volumeId } from '../../../ids.ts';
import type { Volume } from '../../contract.ts';
import { noListed } from '../../lib/listed.ts';
import { unlessRefused } from '../../lib/unless-refused.ts';
import { inOrder } from '../lists.ts';
import { type Catalog, readCatalog, type Store } from '../place/catalog.ts';
import type { Session } from '../session.ts';
import type { VmCalls } from '../vm-call.ts';
import { baseName, folderOf, type StoreFile, searchStore } from './browse.ts';
import { type FileUser, readDiskUsers, usersOf } from './users.ts';

const EVERYTHING = { folder: '', isDeep: true, name: '' } as const;
/** Each is a task of the server, and looks through all folders of a datastore. */
const AT_ONCE = 4;

/** Two requests and one search for each datastore that can be used now, however many VMs there are. */
export async function listVolumes(calls: VmCalls, signal: AbortSignal): Promise<readonly Volume[]> {
  const { session } = calls;
  const [catalog, users] = await Promise.all([
    readCatalog(session, signal),
    unlessRefused(readDiskUsers(session, signal)),
  ]);
  const left = [...catalog.stores.values()].filter(({ isUsable }) => isUsable);
  const rows: Volume[] = [];
  const work = async () => {
    for (let store = left.shift(); store; store = left.shift())
      rows.push(...(await volumesOf(calls, store, users, signal)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return inOrder(rows);
}

async function volumesOf(
  calls: VmCalls,
  store: Store,
  users: readonly FileUser[] | undefined,
  signal: AbortSignal,
): Promise<readonly Volume[]> {
  const { session } = calls;
  const files = await unlessRefused(searchStore(calls, store, EVERYTHING, signal));
  return files === undefined ? [unreadRow(session, store)] : files.map((file) => volumeRow(session, file, users));
}

const NO_DOWNLOAD = 'a disk is several files, which only its host can put together: export its VM';

function volumeRow({ endpoint }: Session, file: StoreFile, users: readonly FileUser[] | undefined): Volume {
  const { store, name, path, kind, size, used, isThin } = file;
  return {
    id: volumeId(endpoint, nativeOf(file)),
    name,
    storage: store.name,
    type: kind,
    format: kind === 'disk' ? (isThin === undefined ? 'vmdk' : isThin ? 'thin' : 'thick') : 'raw',
    size,
    used,
    path,
    users: kind === 'disk' && users ? usersOf(users, { store: store.ref.value, path }) : undefined,
    ...(kind === 'disk' && { disabled: { 'volume.download': NO_DOWNLOAD } }),
  };
}

function unreadRow({ endpoint, clock }: Session, { ref, name }: Store): Volume {
  const why = 'the right Datastore.Browse is missing on it';
  return {
    id: volumeId(endpoint, ref.value),
    name: `(files of ${name})`,
    storage: name,
    type: undefined,
    format: undefined,
    size: undefined,
    used: undefined,
    path: undefined,
    users: undefined,
    disabled: { 'volume.delete': why },
    trouble: { message: `not read: ${why}`, since: clock.now() },
    unread: true,
  };
}

/** `datastore-12/web1/web1.vmdk`: two datacenters may each have a datastore of one name. */
const nativeOf = ({ store, name }: Pick<StoreFile, 'store' | 'name'>): string => `${store.ref.value}/${name}`;

export const idOfFile = ({ endpoint }: Session, store: Store, name: string): VolumeId =>
  volumeId(endpoint, nativeOf({ store, name }));

/** The file as it is now. Rejects with volume.not-found. */
export async function findVolume(
  calls: VmCalls,
  id: VolumeId,
  signal: AbortSignal,
): Promise<{ readonly catalog: Catalog; readonly file: StoreFile }> {
  const native = nativeOfListed(id);
  const at = native.indexOf('/');
  const catalog = await readCatalog(calls.session, signal);
  const store = catalog.stores.get(native.slice(0, at));
  const name = native.slice(at + 1);
  if (at < 0 || !store) throw noListed('volume', id);
  const [file] = await searchStore(
    calls,
    store,
    { folder: folderOf(name), isDeep: false, name: baseName(name) },
    signal,
  );
  if (!file || endpointOf(id) !== calls.session.endpoint) throw noListed('volume', id);
  return { catalog, file };
}
