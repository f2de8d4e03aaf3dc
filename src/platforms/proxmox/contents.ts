/**
 * What is in the storages: GET /nodes/{node}/storage/{storage}/content (PVE::API2::Storage::Content), one request for each
 * storage that can be asked, a shared one once. How many are under way at once, the connection limits.
 */
import { FleetError, sentence } from '../../errors.ts';
import { asRow, type Row, textOf } from '../lib/json.ts';
import type { KnownStorage, ListContext } from './catalog.ts';
import { placePath, readEach } from './read-each.ts';

/** Shorter than the list may take: a file server that does not answer must not cost the other storages. */
const CONTENT_MS = 8_000;

/** A disk or file in a storage. */
export interface Entry {
  readonly storage: KnownStorage;
  /** `local:iso/debian-13.iso`. */
  readonly volid: string;
  /** Tells it from the same volume id on another node: `pve1/local:iso/debian-13.iso`. */
  readonly key: string;
  /** Without its storage and its folder: `debian-13.iso`. */
  readonly name: string;
  /** The server's word: `images`, `rootdir`, `backup`, `iso`, `vztmpl`, `import`, `snippets`. */
  readonly kind: string;
  /** The node that was asked. */
  readonly node: string;
  readonly row: Row;
}

/** Content that VMs are made of or boot from, by the server's word, as its type is called here. The rest is volumes. */
export const IMAGE_TYPES: ReadonlyMap<string, string> = new Map([
  ['iso', 'iso'],
  ['vztmpl', 'container'],
  ['import', 'disk'],
]);
export const isImage = (kind: string): boolean => IMAGE_TYPES.has(kind);

/** What could not be read, as its list shows it. */
export interface Unread {
  readonly storage: KnownStorage;
  readonly key: string;
  readonly why: string;
}

/** Why nothing can be done to a row that stands for one of these. */
export const NOT_READ = 'it stands for what could not be read';

export interface Contents {
  readonly entries: readonly Entry[];
  readonly unread: readonly Unread[];
}

/**
 * What is in these storages. One that can't be read, all of whose nodes are offline, or that lists something without an id, is
 * among `unread`. Rejects when none answers, and when the login is no longer good.
 */
export async function readContents(
  context: ListContext,
  storages: readonly KnownStorage[],
  signal: AbortSignal,
): Promise<Contents> {
  const parts = await readEach(
    storages.filter(({ through }) => through.length > 0),
    signal,
    (storage) => readStorage(context, storage, signal),
  );
  const unread = (storage: KnownStorage, why: string): Unread => ({ storage, key: `${storage.key}:`, why });
  return {
    entries: parts.flatMap(({ value }) => value?.entries ?? []),
    unread: [
      ...parts.flatMap(({ part, value, error }) => {
        if (error) return [unread(part, sentence(error))];
        return value.nameless > 0 ? [unread(part, `entries without an id: ${value.nameless}`)] : [];
      }),
      ...storages.flatMap((storage) => (storage.offline === undefined ? [] : [unread(storage, storage.offline)])),
    ],
  };
}

/** Throws op.refused, as `placePath`. */
export const contentPath = (node: string, storage: string): string => placePath('nodes', node, 'storage', storage);

/** What is in one storage. Rejects with host.protocol when that is no list. */
export async function readStorage(context: ListContext, storage: KnownStorage, signal: AbortSignal) {
  const { node, data } = await askOne(context, storage, storage.through, signal);
  if (!Array.isArray(data)) throw new FleetError('host.protocol', `${storage.name}: the server sent no list`);
  const entries = data.flatMap((item: unknown) => entryOf(storage, node, item) ?? []);
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  return { entries: [...byKey.values()], nameless: data.length - entries.length };
}

/** Through the first of its nodes that answers. */
async function askOne(
  context: ListContext,
  storage: KnownStorage,
  [node = '', ...others]: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly node: string; readonly data: unknown }> {
  try {
    const path = `${contentPath(node, storage.name)}/content`;
    const subject = `${storage.name} on ${node}`;
    return { node, data: await context.api.get(path, { signal, subject, deadlineMs: CONTENT_MS }) };
  } catch (error) {
    const isAway = error instanceof FleetError && /^(?:host\.unreachable|node\.not-found)$/.test(error.code);
    if (!isAway || signal.aborted || others.length === 0) throw error;
    return askOne(context, storage, others, signal);
  }
}

/** The folders of files (PVE::Storage::Plugin::get_subdir_files); what has none is a disk. */
const FOLDER = /^(iso|vztmpl|import|backup|snippets)\//;

function entryOf(storage: KnownStorage, node: string, item: unknown): Entry | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
  const row = asRow(item, storage.name);
  const volid = textOf(row, 'volid');
  if (volid === undefined || !volid.startsWith(`${storage.name}:`)) return undefined;
  const behind = volid.slice(storage.name.length + 1);
  if (behind === '') return undefined;
  const folder = FOLDER.exec(behind)?.[1];
  // Not in the published description: list_volumes of PVE::Storage::Plugin adds it.
  const kind = textOf(row, 'content') ?? folder ?? (row['format'] === 'subvol' ? 'rootdir' : 'images');
  const name = folder === undefined ? behind.slice(behind.lastIndexOf('/') + 1) : behind.slice(folder.length + 1);
  const key = storage.node === undefined ? volid : `${storage.node}/${volid}`;
  return { storage, volid, key, name: /\S/.test(name) ? name : volid, kind, node, row };
}
