/** summary.mjs BROKEN FILE…: adds up vitest's JSON results and prints "N passed, N failed"; exits with 1 if any failed. */
import { readFileSync } from 'node:fs';

const [broken, ...files] = process.argv.slice(2);
let passed = 0;
let failed = Number(broken);

for (const file of files) {
  const { numPassedTests, numFailedTests, success, testResults } = JSON.parse(readFileSync(file, 'utf8'));
  // a file that could not be loaded has no tests to fail
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failures = numFailedTests + unloaded.length;
  passed += numPassedTests;
  failed += failures === 0 && !success ? 1 : failures;
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
