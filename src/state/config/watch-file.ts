import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Clock } from '../../clock.ts';
import { targetOf } from './replace-file.ts';

/** Editors write in several steps; one look after the last of them is enough. */
const SETTLES_MS = 100;
/** Where the system can't tell (no directory yet, a network disk, no watches left), somebody has to look. */
const LOOKS_EVERY_MS = 5_000;

/**
 * Calls back when the file may have changed: its directory is watched, since editors replace files, and that of the target
 * where it is a symbolic link. Comparing the content is the caller's business. Answers how to stop.
 */
export function watchFile(file: string, clock: Clock, changed: () => void): () => void {
  const watchers: FSWatcher[] = [];
  let takeBack = () => {};
  let looking = false;
  let stopped = false;

  const settle = () => {
    takeBack();
    if (!stopped) takeBack = clock.after(SETTLES_MS, changed);
  };
  const look = () => {
    if (stopped) return;
    changed();
    takeBack = clock.after(LOOKS_EVERY_MS, look);
  };
  const lookInstead = () => {
    if (looking || stopped) return;
    looking = true;
    for (const watcher of watchers) watcher.close();
    takeBack();
    takeBack = clock.after(LOOKS_EVERY_MS, look);
  };
  const follow = (path: string) => {
    try {
      const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
        if (!looking && (name === null || name === basename(path))) settle();
      });
      watcher.on('error', lookInstead);
      watchers.push(watcher);
    } catch {
      lookInstead();
    }
  };

  follow(file);
  targetOf(file).then(
    (target) => {
      if (!stopped && !looking && target !== file) follow(target);
    },
    () => lookInstead(),
  );
  return () => {
    stopped = true;
    takeBack();
    for (const watcher of watchers) watcher.close();
  };
}
