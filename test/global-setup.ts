import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

const SETUP = new URL('../scripts/setup.mjs', import.meta.url).pathname;
const STAMP = new URL('../node_modules/.drover-built', import.meta.url);

/**
 * Once before the tests of a run. Many start the built program: they would test an old one after an edit, also when a
 * single folder is run, so dist/ is built here when it is older than its sources. And no test sees the user's ~/.ssh,
 * ~/.aws or ~/.config.
 */
export default function setUp(project: TestProject): () => void {
  buildIfStale();
  project.onTestsRerun(async () => buildIfStale());
  const home = mkdtempSync(join(tmpdir(), 'drover-test-home-'));
  process.env['HOME'] = home;
  return () => rmSync(home, { recursive: true, force: true });
}

function buildIfStale(): void {
  const before = stamp();
  const { status, stderr } = spawnSync(process.execPath, [SETUP, '--build'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`dist/ is older than its sources and can't be built from them:\n${stderr}`);
  if (stamp() !== before) process.stderr.write('dist/ was older than its sources and is built again.\n');
}

/** What dist/ was built from; undefined before the first build. */
function stamp(): string | undefined {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch {
    return undefined;
  }
}
