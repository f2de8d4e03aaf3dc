import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { TestProject } from 'vitest/node';

const SETUP = new URL('../../scripts/setup.mjs', import.meta.url).pathname;
const STAMP = new URL('../../node_modules/.drover-built', import.meta.url);

/**
 * Many tests start the built program, and would test an old one after an edit: dist/ is built before a run of tests, also of
 * a single folder, when it is older than its sources.
 */
export default function setUp(project: TestProject): void {
  buildIfStale();
  project.onTestsRerun(async () => buildIfStale());
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
