import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { run } from '../command.ts';
import type { Tell } from '../lab-contract.ts';
import type { Site } from './site.ts';

const SOURCES = `${import.meta.dirname}/vcsim`;
/** Downloading and compiling takes a minute of CPU, on a busy machine several. */
const BUILD_MS = 8 * 60_000;

/** Where Go's own installer puts it, beside the PATH. */
export function goProgram(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/local/go/bin', '/usr/lib/go/bin'];
  return folders.map((folder) => join(folder, 'go')).find((path) => existsSync(path));
}

/** The name says what it was made from, so that a binary of other sources is never taken for this one. */
function builtPath({ binary }: Site): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(SOURCES).sort()) hash.update(file).update(readFileSync(`${SOURCES}/${file}`));
  return `${binary}-${hash.digest('hex').slice(0, 12)}`;
}

export const isBuilt = (site: Site): boolean => existsSync(builtPath(site));

/** Builds the simulator unless the cache has it, and lets the site's path point at it. */
export async function provideVcsim(site: Site, tell: Tell): Promise<void> {
  const built = builtPath(site);
  await mkdir(dirname(built), { recursive: true });
  if (!existsSync(built)) {
    tell('Building the vCenter simulator …');
    const unfinished = `${built}.${process.pid}`;
    await run([goProgram() ?? 'go', '-C', SOURCES, 'build', '-mod=readonly', '-o', unfinished, '.'], BUILD_MS);
    await rename(unfinished, built);
  }
  const link = `${site.binary}.${process.pid}`;
  await rm(link, { force: true });
  await symlink(basename(built), link);
  await rename(link, site.binary);
}
