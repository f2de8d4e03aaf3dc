/**
 * `node scripts/check-features.ts REPORT.json …`: fails when docs/features.csv says that a feature works and its test has
 * not passed. The reports are those of vitest's JSON reporter, of all runs that belong together: unit tests and labs.
 */
import { readFile } from 'node:fs/promises';
import { type Feature, loadFeatures } from './features/table.ts';
import { isNameOf } from './features/titles.ts';

interface Report {
  readonly testResults: readonly { readonly assertionResults: readonly Result[] }[];
}
interface Result {
  readonly title: string;
  readonly status: 'passed' | 'failed' | 'skipped' | 'pending' | 'todo' | 'disabled';
}

/** Undefined for a feature whose test has passed, everywhere where it ran. */
function complaint({ id, proof }: Feature, results: readonly Result[]): string | undefined {
  const own = results.filter(({ title }) => isNameOf(title, proof));
  if (own.some(({ status }) => status === 'failed')) return `${id}: its test failed: ${proof}`;
  return own.some(({ status }) => status === 'passed') ? undefined : `${id}: its test did not run: ${proof}`;
}

const reports = await Promise.all(
  process.argv.slice(2).map(async (file): Promise<Report> => JSON.parse(await readFile(file, 'utf8'))),
);
const results = reports.flatMap(({ testResults }) => testResults.flatMap(({ assertionResults }) => assertionResults));
const working = (await loadFeatures()).filter(({ status }) => status === 'works');
const complaints = working.flatMap((feature) => complaint(feature, results) ?? []);

for (const line of complaints) process.stderr.write(`docs/features.csv: ${line}\n`);
process.stderr.write(`${working.length - complaints.length} of ${working.length} working features were seen to work\n`);
if (complaints.length > 0) process.exitCode = 1;
