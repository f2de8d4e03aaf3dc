import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** The licence texts of every package that has code in the bundle: what their terms ask of a distributor. */
export async function licencesOf(metafile: Metafile, root: string): Promise<string> {
  const folders = new Set<string>();
  for (const input of Object.keys(metafile.inputs)) {
    // What a plugin has made is of no package: `builtin:fs for node_modules/conf/…`.
    if (/^[\w-]+:/.test(input)) continue;
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? [];
    if (folder) folders.add(folder);
  }
  const texts = await Promise.all([...folders].sort().map((folder) => licenceOf(join(root, folder))));
  return `drover contains code of these packages.\n\n${texts.join('\n')}`;
}

async function licenceOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return [`${'-'.repeat(80)}\n${name} ${version} (${license ?? 'see below'})\n`, ...texts].join('\n');
}
