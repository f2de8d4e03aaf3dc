import { createHash } from 'node:crypto';
import { constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../command.ts';
import type { Tell } from '../lab-contract.ts';
import { runInside } from './namespaces.ts';
import type { Host, Site } from './site.ts';

const RECIPE = `${import.meta.dirname}/debian`;
/** Its volume in the storage `default`: the login user of such an image is `debian`. */
export const DEBIAN_IMAGE = 'debian.qcow2';
/** Most that a build may take, s; on an idle machine it is less than one minute. */
const BUILD_S = 600;

/** The name says what it was made from; a newer kernel alone makes no new image. */
function imageName(): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(RECIPE, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .sort())
    hash.update(`${entry.slice(RECIPE.length)}\n`).update(readFileSync(entry));
  return `debian-${hash.digest('hex').slice(0, 12)}.qcow2`;
}

/**
 * Gives the host's storage `default` the image of a whole Debian, for guests that do what those of users do: cloud-init, SSH,
 * an agent. It is built when it is first asked for, which takes a minute, and kept in the cache.
 */
export async function provideDebian(site: Site, host: Host, tell: Tell = () => {}): Promise<void> {
  const cached = `${site.cache}/${imageName()}`;
  if (!existsSync(cached)) {
    tell('Building the image of a Debian …');
    await mkdir(site.cache, { recursive: true });
    const unfinished = `${cached}.${process.pid}`;
    // `timeout` tells all of them to end, so that they take away what they have unpacked
    const build = ['timeout', '--kill-after=30', `${BUILD_S}`, `${RECIPE}/build.sh`, unfinished] as const;
    await run(build, (BUILD_S + 60) * 1_000);
    await rename(unfinished, cached);
  }
  const volume = `${host.dir}/lib/images/${DEBIAN_IMAGE}`;
  if (existsSync(volume)) return;
  await copyFile(cached, volume, constants.COPYFILE_FICLONE);
  await runInside(host, ['virsh', '--quiet', 'pool-refresh', 'default']);
}
