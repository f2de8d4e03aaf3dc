/**
 * Writes every generated file: `npm run gen`. With `--check` it writes nothing, and fails naming the files that are
 * not what they should be. Each module in scripts/gen/ that exports `generated` is one file.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { Generated } from './gen/generated.ts';

const TOP = new URL('../', import.meta.url);
const GENERATORS = new URL('gen/', import.meta.url);

async function generators(): Promise<readonly Generated[]> {
  const files = (await readdir(GENERATORS)).filter((file) => file.endsWith('.ts')).sort();
  const modules = await Promise.all(
    files.map((file): Promise<{ generated?: Generated }> => import(new URL(file, GENERATORS).href)),
  );
  return modules.flatMap(({ generated }) => generated ?? []);
}

/** Undefined for a file that is not there. */
async function present(path: string): Promise<string | undefined> {
  try {
    return await readFile(new URL(path, TOP), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const { path, make } of await generators()) {
  const wanted = await make();
  if ((await present(path)) === wanted) continue;
  stale.push(path);
  if (!check) await writeFile(new URL(path, TOP), wanted);
}
for (const path of stale) process.stderr.write(check ? `${path} is stale: npm run gen\n` : `${path} written\n`);
if (check && stale.length > 0) process.exitCode = 1;
