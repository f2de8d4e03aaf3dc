import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../command.ts';
import type { Tell } from '../lab-contract.ts';
import type { Site } from './site.ts';

export const SOURCES = `${import.meta.dirname}/mock`;
const BUILD_MS = 4 * 60_000;

/** Where Go's own installer puts it, beside the PATH. */
export function goProgram(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/local/go/bin', '/usr/lib/go/bin'];
  return folders.map((folder) => join(folder, 'go')).find((path) => existsSync(path));
}

/** The name says what it was made from, so that a binary of other sources is never taken for this one. */
export function builtPath({ cache }: Site): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(SOURCES).sort()) hash.update(file).update(readFileSync(`${SOURCES}/${file}`));
  return `${cache}/mock-${hash.digest('hex').slice(0, 12)}`;
}

/** The path of the server, which is built unless the cache has it. */
export async function provideMock(site: Site, tell: Tell): Promise<string> {
  const built = builtPath(site);
  if (existsSync(built)) return built;
  tell('Building the pretended Proxmox VE …');
  await mkdir(site.cache, { recursive: true });
  const unfinished = `${built}.${process.pid}`;
  await run([goProgram() ?? 'go', '-C', SOURCES, 'build', '-mod=readonly', '-o', unfinished, '.'], BUILD_MS);
  await rename(unfinished, built);
  return built;
}
