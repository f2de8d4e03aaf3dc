import { existsSync, readFileSync } from 'node:fs';

export interface Results {
  readonly passed: number;
  readonly failed: number;
}

/** What a report of vitest's JSON reporter says; undefined when there is none, since the run broke off. */
export function resultsOf(report: string): Results | undefined {
  if (!existsSync(report)) return undefined;
  const { numPassedTests, numFailedTests, success, testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    readonly numPassedTests: number;
    readonly numFailedTests: number;
    readonly success: boolean;
    readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
  };
  // a file that could not be loaded has no tests to fail
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failures = numFailedTests + unloaded.length;
  return { passed: numPassedTests, failed: failures === 0 && !success ? 1 : failures };
}
