/**
 * Which files of a guest may be deleted with it. A file stays when another VM needs it (disk-users.ts), when it isn't
 * the guest's own, and when that can't be decided: then it is `unknown`, and goes only when the user names it.
 */
import type { Kept } from '../../contract.ts';
import type { HostFiles } from '../host/host-files.ts';
import type { Volume } from '../rpc/protocol.ts';
import { type DiskXml, type DomainXml, readAllDisks } from '../xml/domain-xml.ts';
import { type DiskUsers, usersOf } from './disk-users.ts';
import { type Image, layersOf } from './image-layers.ts';
import { memoryFiles, withoutDots } from './mentioned-paths.ts';
import type { Search } from './other-domains.ts';
import { readStorage, type Storage } from './storage.ts';
import { trustedFiles } from './trusted-files.ts';

/** One file that is to go. */
export interface DoomedFile {
  readonly path: string;
  /** How: by libvirt as a volume of a pool, as a plain file by the login, with the definition; undefined: there is no way. */
  readonly by: { readonly volume: Volume } | { readonly id: string } | 'definition' | undefined;
  /** The layer above, which must go first. */
  readonly above?: string;
  /** It stays in any case, a template perhaps: the disk that is layered on it. It is listed unless others need it as well. */
  readonly baseOf?: string;
}

export interface DiskFate {
  readonly goes: readonly DoomedFile[];
  /** With the reason: `/iso/debian.iso (read-only)`. */
  readonly stays: readonly string[];
  /** They stay as well, unless the user names them. */
  readonly unknown: readonly (DoomedFile & Kept)[];
}

export interface Doomed {
  readonly xml: Pick<DomainXml, 'disks' | 'nvram'>;
  /** Paths of what was made with it for its first start, and goes with it where it is a volume. */
  readonly seeds?: ReadonlySet<string>;
  /** Of its snapshots, which go with it. */
  readonly snapshots: readonly { readonly snapshot: string; readonly text: string }[];
}

export async function fateOfFiles(call: Search, login: HostFiles | undefined, doomed: Doomed): Promise<DiskFate> {
  const storage = await readStorage(call);
  const files = login && (await trustedFiles(login, call, storage));
  const { candidates, stays } = await candidatesOf(doomed, storage, files, call);
  if (candidates.length === 0) return { goes: [], stays, unknown: [] };
  const users = await usersOf(
    call,
    storage,
    files,
    candidates.map(({ path }) => path),
  );
  return decide(candidates, stays, users);
}

function decide(candidates: readonly DoomedFile[], stays: string[], { known, unsure }: DiskUsers): DiskFate {
  const goes: DoomedFile[] = [];
  const unknown: (DoomedFile & Kept)[] = [];
  for (const file of candidates) {
    const { path, above, baseOf } = file;
    const user = known.get(path);
    if (baseOf !== undefined) {
      if (user === undefined) stays.push(`${path} (base image of ${baseOf})`);
      continue;
    }
    const why = unsure.get(path) ?? (file.by === undefined ? 'it is in no active storage pool' : undefined);
    if (user !== undefined) stays.push(`${path} (${user})`);
    else if (above !== undefined && stays.some((line) => line.startsWith(`${above} (`)))
      stays.push(`${path} (${above} is layered on it)`);
    else if (why !== undefined) unknown.push({ ...file, why });
    else if (unknown.some((other) => other.path === above)) unknown.push({ ...file, why: `${above} is layered on it` });
    else goes.push(file);
  }
  return { goes, stays, unknown };
}

/** Its own disks, the base images that its snapshots made of them, and its NVRAM; layers come after what is on them. */
async function candidatesOf(
  { xml, seeds = new Set(), snapshots }: Doomed,
  storage: Storage,
  files: HostFiles | undefined,
  { signal }: Search,
): Promise<{ readonly candidates: readonly DoomedFile[]; readonly stays: string[] }> {
  const stays: string[] = [];
  const tops: Image[] = [];
  const own = [...seeds].filter((path) => storage.volumes.has(path));
  for (const disk of xml.disks) {
    if (disk.path !== undefined && own.includes(disk.path)) continue;
    const name = disk.path ?? disk.elsewhere;
    if (name === undefined) continue;
    const reason = notItsOwn(disk);
    const path = disk.path ?? (disk.volume && storage.pathOf(disk.volume.pool, disk.volume.name));
    if (reason !== undefined) stays.push(`${name} (${reason})`);
    else if (path === undefined) stays.push(`${name} (in no storage pool that can be read)`);
    else tops.push({ path: withoutDots(path), format: disk.format === '' ? 'raw' : disk.format, user: '' });
  }
  for (const path of own) tops.push({ path, format: 'raw', user: '' });
  const { layers } = await layersOf(tops, storage, files, signal);
  // A disk that has become the base of a snapshot is the guest's own; a template below it is not.
  const ofSnapshots = await Promise.all(
    snapshots.map(async ({ snapshot, text }) => {
      const { disks, fault } = await readAllDisks(text, 'domainsnapshot');
      if (fault !== undefined) stays.push(`files of the snapshot ${snapshot} (it can't be read: ${fault})`);
      return { snapshot, text, disks: disks.filter(isItsOwn) };
    }),
  );
  const before = new Set(ofSnapshots.flatMap(({ disks }) => disks.flatMap(({ path }) => path ?? [])));
  const wanted = new Map<string, string | undefined>(tops.map(({ path }) => [path, undefined]));
  const lowest = new Map<Image, string>();
  const bases = new Map<string, string>();
  const isListed = (path: string) =>
    wanted.has(path) || bases.has(path) || stays.some((line) => line.startsWith(`${path} (`));
  for (const { path, top } of layers) {
    if (isListed(path)) continue;
    if (before.has(path)) {
      wanted.set(path, lowest.get(top) ?? top.path);
      lowest.set(top, path);
    } else bases.set(path, top.path);
  }
  for (const { snapshot, text, disks } of ofSnapshots) {
    for (const path of memoryFiles(text)) stays.push(`${path} (memory of the snapshot ${snapshot})`);
    for (const { path } of disks)
      if (path !== undefined && !isListed(path)) stays.push(`${path} (named by the snapshot ${snapshot})`);
  }

  const candidates: DoomedFile[] = [];
  const links = (await files?.links([...wanted.keys()], signal)) ?? new Map<string, string>();
  const looks = await files?.look([...wanted.keys(), ...links.values()], signal);
  for (const [path, above] of wanted) {
    const target = links.get(path);
    if (target !== undefined) stays.push(`${path} (a link to ${target})`);
    const real = target ?? path;
    const volume = storage.volumes.get(real)?.volume;
    const look = looks?.get(real);
    if (look?.is === 'missing' || (look === undefined && storage.isMissing(real))) {
      stays.push(`${real} (is not there)`);
      continue;
    }
    const by = volume ? { volume } : look?.is === 'there' && look.isFile ? { id: look.id } : undefined;
    candidates.push({ path: real, by, ...(above !== undefined && { above }) });
  }
  for (const [path, baseOf] of bases) candidates.push({ path, by: undefined, baseOf });
  if (xml.nvram !== undefined) candidates.push({ path: xml.nvram, by: 'definition' });
  return { candidates, stays };
}

const isItsOwn = (disk: DiskXml): boolean => notItsOwn(disk) === undefined;

function notItsOwn(disk: DiskXml): string | undefined {
  if (disk.path === undefined && disk.volume === undefined) return 'not a file of this host';
  if (disk.readOnly) return 'read-only';
  if (disk.device !== 'disk') return disk.device;
  return disk.shareable ? 'shareable' : undefined;
}
