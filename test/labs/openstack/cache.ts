import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { run } from '../command.ts';
import type { Tell } from '../lab-contract.ts';
import type { Site } from './site.ts';

const HERE = import.meta.dirname;
const BUILD_ROOT = `${HERE}/build-root.sh`;
/** Half a minute on a machine with nothing else to do. */
const BUILD_MS = 5 * 60_000;

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(path).update(readFileSync(`${HERE}/${path}`));
  return hash.digest('hex').slice(0, 12);
}

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(`${HERE}/${folder}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(HERE.length + 1))
    .sort();

const PACKAGES_MADE_OF = ['build-root.sh', ...filesBelow('packages')];
const SETTINGS_MADE_OF = filesBelow('root');
const CLOUD_MADE_OF = ['birth.ts', 'people.ts', 'population.ts', 'servers.ts', 'services.ts'];

// The names say what they were made from, so that one of another recipe is never taken for this one.
const packagesOf = ({ cache }: Site): string => `${cache}/packages-${hashOf(PACKAGES_MADE_OF)}`;
const snapshotOf = ({ cache }: Site): string =>
  `${cache}/cloud-${hashOf([...PACKAGES_MADE_OF, ...SETTINGS_MADE_OF, ...CLOUD_MADE_OF])}`;

export const hasSnapshot = (site: Site): boolean => existsSync(snapshotOf(site));

/** Folders that the cloud's files lie in, the topmost first: packages, our settings, and what a cloud made at its birth. */
export async function layersOf(site: Site): Promise<readonly string[]> {
  const settings = `${site.dir}/settings`;
  // a copy: the checkout may change while the cloud runs
  await rm(settings, { recursive: true, force: true });
  await cp(`${HERE}/root`, settings, { recursive: true });
  const layers = [settings, packagesOf(site)];
  return hasSnapshot(site) ? [snapshotOf(site), ...layers] : layers;
}

/** The packages' files, unless the cache has them. */
export async function providePackages(site: Site, tell: Tell): Promise<void> {
  const folder = packagesOf(site);
  if (existsSync(folder)) return;
  tell("Fetching OpenStack's packages …");
  await mkdir(site.cache, { recursive: true });
  const unfinished = `${folder}.${process.pid}`;
  await run([BUILD_ROOT, unfinished], BUILD_MS);
  await rename(unfinished, folder);
}

/** Keeps what a cloud has changed, which must be off: the next one begins with it. */
export async function keepSnapshot(site: Site): Promise<void> {
  const unfinished = `${snapshotOf(site)}.${process.pid}`;
  await run(['cp', '--archive', '--reflink=auto', `${site.dir}/changes`, unfinished]);
  // another lab may have been quicker
  if (hasSnapshot(site)) await rm(unfinished, { recursive: true });
  else await rename(unfinished, snapshotOf(site));
}
