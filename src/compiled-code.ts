import { lstatSync, mkdirSync, statSync } from 'node:fs';
import module from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import process from 'node:process';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Lets Node keep what it has compiled, for a faster next start. What is in that folder is run, so only a folder that this
 * user alone can write to will do; as root in the home of a user nothing is made there.
 */
export function rememberCompiledCode(env: Env): void {
  const { HOME: home, XDG_CACHE_HOME: given } = env;
  const caches = given && isAbsolute(given) ? given : home && isAbsolute(home) ? join(home, '.cache') : undefined;
  if (caches === undefined) return;
  const folder = join(caches, 'drover', 'compiled');
  try {
    if (makeOurs(dirname(folder)) && makeOurs(folder)) module.enableCompileCache?.(folder);
  } catch {
    // A faster start is worth no error.
  }
}

/** Makes a folder where it is missing; false unless it is a real folder of ours that no other user can write to. */
function makeOurs(folder: string): boolean {
  const uid = process.getuid?.();
  if (uid === undefined) return false;
  if (!statSync(folder, { throwIfNoEntry: false })) {
    if (ownerOfNearest(folder) !== uid) return false;
    mkdirSync(dirname(folder), { recursive: true });
    mkdirSync(folder, { mode: 0o700 });
  }
  const found = lstatSync(folder);
  return found.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0;
}

function ownerOfNearest(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found || path === dirname(path)) return found?.uid;
  return ownerOfNearest(dirname(path));
}
