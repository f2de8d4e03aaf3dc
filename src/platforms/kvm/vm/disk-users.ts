/**
 * What else on the host needs a file: a domain that names it, as it is saved, as it runs, as a snapshot of it or its saved
 * memory has it, or an image of theirs, or any volume, that is layered on it. Files are compared by what they are on the
 * host (device and inode) where there is a login that sees them, else by the names that the daemon knows.
 */

import type { HostFiles, Look } from '../host/host-files.ts';
import type { DiskXml } from '../xml/domain-xml.ts';
import { namesByNetwork, networkNames, rbdNames } from '../xml/network-disk.ts';
import { type Image, type Layer, layersOf } from './image-layers.ts';
import { mentionedPaths, sharedFolders, withoutDots } from './mentioned-paths.ts';
import { type DomainDocument, otherDomains, type Search } from './other-domains.ts';
import type { Storage, StoredVolume } from './storage.ts';

export interface DiskUsers {
  /** By path, the guest that needs it: `also used by web2`. */
  readonly known: ReadonlyMap<string, string>;
  /** By path, why it can't be decided whether another VM needs it. */
  readonly unsure: ReadonlyMap<string, string>;
}

/** What the documents of the other domains name. */
interface Named {
  /** path -> `also used by web2`. */
  readonly paths: Map<string, string>;
  /** The same of what is reached by network, by the names that libvirt has for it. */
  readonly remote: Map<string, string>;
  /** Of those the disks, whose files matter also when they have another name here. */
  readonly images: Image[];
  /** folder -> `web2 shares the folder /srv`. */
  readonly folders: Map<string, string>;
  /** Disks whose file isn't known, and documents that can't be read: sentences. */
  readonly nowhere: string[];
}

/**
 * `paths` as the domain that is to go has them, or volumes that are; what is layered within `own` is its own affair. `isShared`:
 * those who have it as a shareable disk don't count.
 */
export async function usersOf(
  call: Search,
  storage: Storage,
  files: HostFiles | undefined,
  paths: readonly string[],
  isShared = false,
): Promise<DiskUsers> {
  const { named, unread } = await namesOf(call, storage, files, new Set(paths), isShared);
  for (const [path, user] of named.paths) for (const name of rbdNames(path)) setOnce(named.remote, name, user);
  for (const [path, { volume }] of storage.volumes)
    for (const name of namesByNetwork(path, volume.key)) {
      const user = named.remote.get(name);
      if (user !== undefined) setOnce(named.paths, path, user);
    }

  const above = named.folders.size > 0 ? paths.flatMap(foldersAbove) : [];
  const asked = new Set([...paths, ...above, ...named.paths.keys(), ...named.folders.keys()]);
  const looks = files ? await files.look([...asked], call.signal) : undefined;
  const isGone = ({ path }: Image) => looks?.get(path)?.is === 'missing';
  const doubts = [...named.nowhere, ...unread.filter((image) => !isGone(image)).map(cannotRead)];
  return compare(paths, named, storage, looks, doubts);
}

/**
 * What the other domains name, and all that is layered below it and below the volumes, but for those of `own`. `unread`: images
 * that may be layered on anything.
 */
export async function namesOf(
  call: Search,
  storage: Storage,
  files: HostFiles | undefined,
  own: ReadonlySet<string>,
  isShared = false,
): Promise<{ readonly named: Named; readonly unread: readonly Layer[] }> {
  const named: Named = { paths: new Map(), remote: new Map(), images: [], folders: new Map(), nowhere: [] };
  for await (const document of otherDomains(call)) addNames(document, named, storage, isShared);
  const { layers, dark } = await layersOf(named.images, storage, files, call.signal);
  for (const { path, user, top } of layers) setOnce(named.paths, path, `${top.path} is layered on it, ${user}`);
  const bases = [...storage.volumes].flatMap(([path, { label, backing }]) =>
    backing && !own.has(path) ? [{ path: backing.path, format: backing.format, user: label }] : [],
  );
  const beneath = await layersOf(bases, storage, files, call.signal);
  for (const { path, user } of [...bases, ...beneath.layers]) setOnce(named.paths, path, `${user} is layered on it`);
  return { named, unread: [...dark, ...beneath.dark.map((layer) => ({ ...layer, user: `below ${layer.user}` }))] };
}

export const cannotRead = ({ path, user, top }: Layer): string =>
  `${path}, ${path === top.path ? '' : `below ${top.path}, `}${user}, can't be read and may be layered on it`;

function addNames(
  { what, text, disks, fault, shown, user }: DomainDocument,
  named: Named,
  storage: Storage,
  isShared: boolean,
): void {
  if (fault !== undefined) named.nowhere.push(`${what} can't be read (${fault}): it may use any of them`);
  const pathOf = ({ path, volume }: DiskXml) => path ?? (volume && storage.pathOf(volume.pool, volume.name));
  const shares = new Set(isShared ? disks.filter(({ shareable }) => shareable).map(pathOf) : []);
  for (const path of mentionedPaths(text)) if (!shares.has(path)) setOnce(named.paths, path, `also ${user}`);
  for (const name of networkNames(text)) setOnce(named.remote, name, `also ${user}`);
  for (const folder of sharedFolders(text)) setOnce(named.folders, folder, `${folder}, where it lies, is ${user}`);
  for (const disk of disks) {
    const written = pathOf(disk);
    if (written !== undefined) {
      const path = withoutDots(written);
      if (!shares.has(written)) setOnce(named.paths, path, `also ${user}`);
      named.images.push({ path, format: shown.has(path) ? 'raw' : formatOf(disk), user });
    } else if (disk.volume !== undefined || (disk.elsewhere !== undefined && formatOf(disk) !== 'raw')) {
      named.nowhere.push(`${disk.elsewhere}, ${user}, is in no storage pool that can be read and may be layered on it`);
    }
  }
}

function compare(
  paths: readonly string[],
  named: Named,
  storage: Storage,
  looks: ReadonlyMap<string, Look> | undefined,
  doubts: readonly string[],
): DiskUsers {
  const known = new Map<string, string>();
  const unsure = new Map<string, string>();
  const disks = new Map(named.images.map((image) => [image.path, image]));
  const byId = new Map<string, readonly [path: string, user: string]>();
  for (const [path, user] of named.paths) {
    const look = looks?.get(path);
    if (look?.is === 'there' && !byId.has(look.id)) byId.set(look.id, [path, user]);
  }
  for (const path of paths) {
    const look = looks?.get(path);
    const same = look?.is === 'there' ? byId.get(look.id) : undefined;
    const user = named.paths.get(path) ?? (same && `${same[1]}, as ${same[0]}`) ?? sharing(path, named.folders, looks);
    if (user !== undefined) {
      known.set(path, user);
      continue;
    }
    const why = looks ? unseen(look, disks, looks) : alias(path, disks, storage);
    const doubt = why ?? doubts[0];
    if (doubt !== undefined) unsure.set(path, doubt);
  }
  return { known, unsure };
}

/** Whether one of the folders above it is shared, whatever it is called there. */
function sharing(
  path: string,
  folders: ReadonlyMap<string, string>,
  looks: ReadonlyMap<string, Look> | undefined,
): string | undefined {
  const idOf = (folder: string) => {
    const look = looks?.get(folder);
    return look?.is === 'there' ? look.id : undefined;
  };
  const above = foldersAbove(path);
  const ids = new Set(above.map(idOf).filter((id) => id !== undefined));
  for (const [folder, user] of folders) {
    const id = idOf(folder);
    if (above.includes(folder) || (id !== undefined && ids.has(id))) return user;
  }
  return undefined;
}

/** `/srv/vms/a.raw`: `/srv/vms`, `/srv`, `/`. */
const foldersAbove = (path: string): readonly string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, i, names) => names.slice(0, i + 1).join('/') || '/');

/** With a login: files that it can't look at may be any. */
function unseen(
  own: Look | undefined,
  disks: ReadonlyMap<string, Image>,
  looks: ReadonlyMap<string, Look>,
): string | undefined {
  if (own?.is === 'unknown') return `it can't be looked at: ${own.why}`;
  for (const [path, { user }] of disks) {
    const look = looks.get(path);
    if (look?.is === 'unknown') return `${path}, ${user}, can't be looked at (${look.why}) and may be the same file`;
  }
  return undefined;
}

/** Without a login: a disk that no pool lists may be the same file by another name, and so may a volume changed in the same instant. */
function alias(path: string, disks: ReadonlyMap<string, Image>, storage: Storage): string | undefined {
  const own = storage.volumes.get(path);
  for (const [other, { user }] of disks) {
    const volume = storage.volumes.get(other);
    if (volume ? isTwin(own, volume) : !storage.isMissing(other) && !isDevice(other)) {
      const how = volume ? 'has the same times and sizes' : 'is in no active storage pool';
      return `${other}, ${user}, ${how} and may be the same file`;
    }
  }
  return undefined;
}

const isTwin = (own: StoredVolume | undefined, other: StoredVolume): boolean =>
  own?.print !== undefined && own.print === other.print && own.volume.key !== other.volume.key;

/** A file of a pool is no device. */
const isDevice = (path: string): boolean => path.startsWith('/dev/');

/** libvirt never guesses: without a format it is raw. */
const formatOf = ({ format }: DiskXml): string => (format === '' ? 'raw' : format);

const setOnce = (map: Map<string, string>, key: string, value: string): void => {
  if (!map.has(key)) map.set(key, value);
};
