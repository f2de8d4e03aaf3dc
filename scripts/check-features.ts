/**
 * `node scripts/check-features.ts [--support=SEEN] REPORT.json …`: fails when docs/features.csv names a test that has not
 * passed, for what works, works partly or is different; and when docs/support.json says of a platform what no run of the
 * contract has shown. The reports are those of vitest's JSON reporter, of all runs that belong together: unit tests and labs.
 * SEEN is what these runs have left at `DROVER_SUPPORT_SEEN`: a line for each operation that worked, `PLATFORM OPERATION`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Proven, unprovenOf } from './features/proofs.ts';
import { loadFeatures } from './features/table.ts';
import { titlesIn } from './features/titles.ts';

interface Report {
  readonly testResults: readonly {
    /** The test's file, absolute. */
    readonly name: string;
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { support: { type: 'string' } } });
const root = new URL('..', import.meta.url).pathname;

const reports = await Promise.all(
  positionals.map(async (file): Promise<Report> => JSON.parse(await readFile(file, 'utf8'))),
);
const results = reports.flatMap(({ testResults }) =>
  testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ title, status }): Proven => ({ file: name.replace(root, ''), title, status })),
  ),
);
/** Files of tests -> the titles that stand in them. */
const places = new Map(
  ['src', 'test'].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.test\.tsx?$/.test(path))
      .map((path) => [`${folder}/${path}`, titlesIn(readFileSync(`${root}${folder}/${path}`, 'utf8'))] as const),
  ),
);
const claimed = (await loadFeatures()).filter(({ status, proof }) => status !== 'open' && proof !== '');
const complaints = claimed.flatMap((feature) => unprovenOf(feature, results, places) ?? []);
for (const line of complaints) process.stderr.write(`docs/features.csv: ${line}\n`);
process.stderr.write(`${claimed.length - complaints.length} of ${claimed.length} features with a proof were seen\n`);

const vanished = values.support === undefined ? [] : vanishedFrom(values.support);
for (const line of vanished) process.stderr.write(`docs/support.json: ${line}\n`);
if (complaints.length + vanished.length > 0) process.exitCode = 1;

/** What docs/support.json says and no run has shown. */
function vanishedFrom(file: string): readonly string[] {
  const seen = new Set(readFileSync(file, 'utf8').split('\n'));
  const support: Record<string, readonly string[]> = JSON.parse(readFileSync(`${root}docs/support.json`, 'utf8'));
  return Object.entries(support).flatMap(([platform, operations]) =>
    operations
      .filter((operation) => !seen.has(`${platform} ${operation}`))
      .map((operation) => `${operation} of ${platform} was not seen to work`),
  );
}
