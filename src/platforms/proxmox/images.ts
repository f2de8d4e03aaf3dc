/** Images: the ISO files, templates of containers, disks and appliances to import that lie in storages, and templates, which are guests too. */
import { imageId } from '../../ids.ts';
import type { Image } from '../contract.ts';
import { textOf } from '../lib/json.ts';
import { type Catalog, inOrder, type KnownStorage, type ListContext, readCatalog, troubleNow } from './catalog.ts';
import { type Entry, IMAGE_TYPES, isImage, NOT_READ, readContents, type Unread } from './contents.ts';
import { numberOf, sizeOf } from './json.ts';
import { templateImages } from './templates/template-images.ts';

/**
 * Those in all storages that are active: one request for the catalog, one for each storage that takes images. Sizes in bytes;
 * paths are volume ids. A storage that could not be read is a row with that trouble.
 */
export async function listImages(context: ListContext, signal: AbortSignal): Promise<readonly Image[]> {
  return imagesIn(context, await readCatalog(context, signal), signal);
}

/** The same, for a catalog that was read already. */
export async function imagesIn(
  context: ListContext,
  { storages, resources }: Catalog,
  signal: AbortSignal,
): Promise<readonly Image[]> {
  const { entries, unread } = await readContents(context, storages.filter(mayKeepImages), signal);
  const all = [
    ...unread.map((one) => unreadRow(context, one)),
    ...entries.filter(({ kind }) => isImage(kind)).map((one) => imageRow(context, one)),
    ...templateImages(context, resources),
  ];
  return inOrder(all, ({ id }) => id);
}

const mayKeepImages = ({ content }: KnownStorage): boolean => content.length === 0 || content.some(isImage);

const UNKNOWN = { os: undefined, arch: undefined, status: undefined, visibility: undefined };

function imageRow(context: ListContext, entry: Entry): Image {
  const { storage, volid, name, kind, row } = entry;
  const seconds = numberOf(row, 'ctime');
  return {
    ...UNKNOWN,
    id: imageId(context.endpoint, entry.key),
    name,
    type: IMAGE_TYPES.get(kind) ?? kind,
    format: textOf(row, 'format'),
    size: sizeOf(row, 'size'),
    storage: storage.name,
    path: volid,
    // Another file that has taken its place has another one.
    ...(seconds === undefined ? { created: undefined } : { created: seconds * 1000, identity: String(seconds) }),
  };
}

function unreadRow(context: ListContext, { storage, key, why }: Unread): Image {
  return {
    ...UNKNOWN,
    id: imageId(context.endpoint, key),
    name: `(images of ${storage.key})`,
    type: 'unknown',
    format: undefined,
    size: undefined,
    storage: storage.name,
    path: undefined,
    created: undefined,
    disabled: { 'image.delete': NOT_READ },
    trouble: troubleNow(context, `not read: ${why}`),
    unread: true,
  };
}
