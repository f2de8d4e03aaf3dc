import { createHash } from 'node:crypto';
import { constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rename } from 'node:fs/promises';
import { run } from '../command.ts';
import type { Tell } from '../lab-contract.ts';
import type { Site } from './site.ts';

const RECIPE = `${import.meta.dirname}/guest`;

/** Debian's kernel for virtual machines; undefined where the package is not installed. */
export const cloudKernel = (): string | undefined =>
  readdirSync('/boot')
    .filter((name) => /^vmlinuz-.*-cloud-amd64$/.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);

/** The name says what it was made from, so that an image of another kernel or recipe is never taken for this one. */
function imageName(): string {
  const hash = createHash('sha256').update(cloudKernel() ?? '');
  for (const file of readdirSync(RECIPE).sort()) hash.update(readFileSync(`${RECIPE}/${file}`));
  return `guest-${hash.digest('hex').slice(0, 12)}`;
}

/** Puts kernel and initrd where the hosts see them; the cache keeps them between labs. */
export async function provideGuestImage(site: Site, tell: Tell): Promise<void> {
  const cached = `${site.cache}/${imageName()}`;
  if (!existsSync(cached)) {
    tell('Building the guest image …');
    const unfinished = `${cached}.${process.pid}`;
    await run([`${RECIPE}/build.sh`, unfinished]);
    await rename(unfinished, cached);
  }
  await mkdir(site.files.guest, { recursive: true });
  for (const file of ['vmlinuz', 'initrd.gz']) {
    await copyFile(`${cached}/${file}`, `${site.files.guest}/${file}`, constants.COPYFILE_FICLONE);
  }
}
