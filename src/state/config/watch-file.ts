import { type FSWatcher, watch } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { Clock } from '../../clock.ts';

/** Editors write in several steps; one look after the last of them is enough. */
const SETTLES_MS = 100;
/** Where the system can't report changes (no directory yet, a network disk, no watches left), drover polls the file. */
const LOOKS_EVERY_MS = 5_000;
/** As many as Linux follows. */
const MOST_LINKS = 40;

/**
 * Calls back when the file may have changed: the directories of the file and of each symbolic link on the way to it are
 * watched, since editors replace files, and Kubernetes replaces the link to the folder that a mounted file is in. Comparing
 * the content is the caller's business. Answers how to stop.
 */
export function watchFile(file: string, clock: Clock, changed: () => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  let takeBack = () => {};
  let looking = false;
  let stopped = false;
  /** Which places are watched, to leave the watchers alone while they are the same. */
  let followed = '';

  const settle = () => {
    if (stopped || looking) return;
    takeBack();
    takeBack = clock.after(SETTLES_MS, () => {
      changed();
      // A link may lead elsewhere now.
      void followAll();
    });
  };
  const look = () => {
    if (stopped) return;
    changed();
    takeBack = clock.after(LOOKS_EVERY_MS, look);
  };
  const close = () => {
    for (const watcher of watchers.values()) watcher.close();
    watchers.clear();
  };
  const lookInstead = () => {
    if (looking || stopped) return;
    looking = true;
    close();
    takeBack();
    takeBack = clock.after(LOOKS_EVERY_MS, look);
  };
  const follow = (directory: string, names: ReadonlySet<string>): FSWatcher | undefined => {
    try {
      const watcher = watch(directory, { persistent: false }, (_event, name) => {
        // The directory itself was removed or renamed: its watcher never hears of one that takes its place.
        if (name === basename(directory)) followed = '';
        if (name === null || name === basename(directory) || names.has(name)) settle();
      });
      watcher.on('error', lookInstead);
      return watcher;
    } catch {
      lookInstead();
      return undefined;
    }
  };

  const followAll = async () => {
    const places = await placesOf(file);
    const spelled = JSON.stringify([...places].map(([directory, names]) => [directory, ...names]));
    if (stopped || looking || spelled === followed) return;
    followed = spelled;
    close();
    for (const [directory, names] of places) {
      const watcher = follow(directory, names);
      if (!watcher) return;
      watchers.set(directory, watcher);
    }
    // What changed before they were watched.
    settle();
  };

  const first = follow(dirname(file), new Set([basename(file)]));
  if (first) watchers.set(dirname(file), first);
  void followAll();
  return () => {
    stopped = true;
    takeBack();
    close();
  };
}

/** Directory -> names in it whose change may change what the file says: the file, and each link on the way to it. */
async function placesOf(file: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const places = new Map<string, Set<string>>();
  const add = (path: string) => {
    const names = places.get(dirname(path)) ?? new Set<string>();
    places.set(dirname(path), names.add(basename(path)));
  };
  let path = resolve(file);
  add(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    const link = await firstLinkOf(path);
    if (!link) break;
    add(link.at);
    path = resolve(dirname(link.at), link.to, link.rest);
  }
  add(path);
  return places;
}

interface Link {
  readonly at: string;
  readonly to: string;
  /** The part of the path behind it. */
  readonly rest: string;
}

/** The first symbolic link among the parts of an absolute path. */
async function firstLinkOf(path: string): Promise<Link | undefined> {
  const parts = path.split(sep).slice(1);
  let at: string = sep;
  for (const [index, part] of parts.entries()) {
    at = join(at, part);
    const found = await lstat(at).catch(() => undefined);
    if (!found) return undefined;
    if (!found.isSymbolicLink()) continue;
    // It may be gone since it was found: its folder reports what takes its place.
    const to = await readlink(at).catch(() => undefined);
    return to === undefined ? undefined : { at, to, rest: parts.slice(index + 1).join(sep) };
  }
  return undefined;
}
