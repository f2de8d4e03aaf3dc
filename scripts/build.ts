/**
 * Makes dist/: the program as one launcher with lazy chunks.
 *
 *   node scripts/build.ts [--stamp=TEXT]   TEXT is kept beside the packages, so that setup.mjs knows what dist/ was made of
 *   node scripts/build.ts --watch          builds and runs the demo, again after each change
 */
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { licencesOf } from './build/licences.ts';
import { buildOptions, root } from './build/options.ts';
import { watch } from './build/watch.ts';

/** Not in dist/, which is packed; gone with the packages, so that new ones mean a new build. */
const STAMP = join(root, 'node_modules/.drover-built');
const LICENCES = 'THIRD-PARTY.txt';

const { values } = parseArgs({ options: { stamp: { type: 'string' }, watch: { type: 'boolean', default: false } } });

if (values.watch) await watch();
else await buildOnce(values.stamp);

async function buildOnce(stamp: string | undefined): Promise<void> {
  const dist = join(root, buildOptions.outdir);
  await mkdir(dist, { recursive: true });
  await rm(STAMP, { force: true });
  const { metafile } = await build(buildOptions);
  await chmod(join(dist, 'drover.js'), 0o755);
  await writeFile(join(dist, LICENCES), await licencesOf(metafile, root));
  await removeOthers(dist, [...Object.keys(metafile.outputs).map((file) => basename(file)), LICENCES]);
  if (stamp) await writeFile(STAMP, stamp);
}

/** Chunks of earlier builds: their names have a hash, so they would pile up and be packed. */
async function removeOthers(folder: string, kept: readonly string[]): Promise<void> {
  const others = (await readdir(folder)).filter((file) => !kept.includes(file));
  await Promise.all(others.map((file) => rm(join(folder, file), { recursive: true })));
}
