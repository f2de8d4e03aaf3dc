import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Manifest } from '../../src/platforms/contract.ts';

const PLATFORMS = new URL('../../src/platforms/', import.meta.url);

/** Throws for a folder that has one of the two files alone: it would be left out without a word. */
function isPlatform(folder: string): boolean {
  const [hasManifest, hasIndex] = ['manifest.ts', 'index.ts'].map((file) =>
    existsSync(new URL(`${folder}/${file}`, PLATFORMS)),
  );
  if (hasManifest !== hasIndex)
    throw new Error(`src/platforms/${folder} has no ${hasManifest ? 'index.ts' : 'manifest.ts'}: a platform has both`);
  return hasManifest === true;
}

/** Every folder with a manifest and an index is a platform. Core ones come first, demos last, otherwise by name. */
export async function platformFolders(): Promise<readonly { readonly folder: string; readonly manifest: Manifest }[]> {
  const entries = await readdir(PLATFORMS, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && isPlatform(entry.name)).map((entry) => entry.name);
  const platforms = await Promise.all(
    folders.map(async (folder) => {
      const { manifest }: { manifest: Manifest } = await import(new URL(`${folder}/manifest.ts`, PLATFORMS).href);
      return { folder, manifest };
    }),
  );
  const tiers = ['core', 'preview', 'demo'];
  const rank = ({ manifest }: { readonly manifest: Manifest }) => tiers.indexOf(manifest.tier);
  return platforms.sort((a, b) => rank(a) - rank(b) || a.folder.localeCompare(b.folder));
}
