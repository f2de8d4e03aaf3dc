/** Volumes: disks of guests, backups, and whatever else lies in a storage; images are volumes too. */
import { volumeId } from '../../ids.ts';
import type { Volume } from '../contract.ts';
import { textOf } from '../lib/json.ts';
import { inOrder, type KnownStorage, type ListContext, readCatalog, troubleNow } from './catalog.ts';
import { type Entry, NOT_READ, readContents, type Unread } from './contents.ts';
import type { Guest } from './guests.ts';
import { flagOf, numberOf, sizeOf } from './json.ts';
import { maySee } from './rights.ts';

/**
 * Those in all storages that are active: one request for the catalog, one for each storage. Sizes in bytes; paths are volume
 * ids. A storage that could not be read is a row with that trouble.
 */
export async function listVolumes(context: ListContext, signal: AbortSignal): Promise<readonly Volume[]> {
  const { resources, storages } = await readCatalog(context, signal);
  const guests = new Map([...resources.guests.values()].map((guest) => [guest.vmid, guest]));
  const { entries, unread } = await readContents(context, storages.filter(mayKeepVolumes), signal);
  const all = [
    ...unread.map((one) => unreadRow(context, one)),
    ...entries.map((one) => volumeRow(context, guests, one)),
  ];
  return inOrder(all, ({ id }) => id);
}

const mayKeepVolumes = ({ content }: KnownStorage): boolean =>
  content.length === 0 || content.some((kind) => kind !== 'none');

function volumeRow(context: ListContext, guests: ReadonlyMap<number, Guest>, entry: Entry): Volume {
  const { storage, volid, name, kind, row } = entry;
  return {
    id: volumeId(context.endpoint, entry.key),
    name,
    storage: storage.name,
    type: kind,
    format: textOf(row, 'format'),
    size: sizeOf(row, 'size'),
    used: sizeOf(row, 'used'),
    path: volid,
    users: usersOf(context, guests, entry),
    ...(flagOf(row, 'protected') && { disabled: { 'volume.delete': 'it is protected against being deleted' } }),
  };
}

/** The owner that its name says. Not known where this login may not see such a guest; a backup is the disk of none. */
function usersOf(
  { permissions }: ListContext,
  guests: ReadonlyMap<number, Guest>,
  { kind, row }: Entry,
): readonly string[] | undefined {
  if (kind === 'backup') return [];
  const vmid = numberOf(row, 'vmid');
  if (vmid === undefined || (kind !== 'images' && kind !== 'rootdir')) return undefined;
  const owner = guests.get(vmid);
  if (owner) return [owner.name];
  return maySee(permissions, vmid) ? [] : undefined;
}

function unreadRow(context: ListContext, { storage, key, why }: Unread): Volume {
  return {
    id: volumeId(context.endpoint, key),
    name: `(volumes of ${storage.key})`,
    storage: storage.name,
    type: undefined,
    format: undefined,
    size: undefined,
    used: undefined,
    path: undefined,
    users: undefined,
    disabled: { 'volume.delete': NOT_READ },
    trouble: troubleNow(context, `not read: ${why}`),
    unread: true,
  };
}
