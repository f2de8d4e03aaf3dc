import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

export interface Results {
  readonly passed: number;
  /** A line for each: its file, its title, the first line of what went wrong. */
  readonly failures: readonly string[];
}

interface TestFile {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly {
    readonly fullName: string;
    readonly status: string;
    readonly failureMessages?: readonly string[];
  }[];
}

/** What a report of vitest's JSON reporter says; undefined when there is none, since the run broke off. */
export function resultsOf(report: string): Results | undefined {
  if (!existsSync(report)) return undefined;
  const { numPassedTests, success, testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    readonly numPassedTests: number;
    readonly success: boolean;
    readonly testResults: readonly TestFile[];
  };
  const failures = testResults.flatMap(failuresIn);
  return {
    passed: numPassedTests,
    failures: failures.length === 0 && !success ? ['no test of it, but an error outside of the tests'] : failures,
  };
}

function failuresIn({ name, status, message, assertionResults }: TestFile): string[] {
  const file = relative(process.cwd(), name);
  // a file that could not be loaded has no tests to fail
  if (status === 'failed' && assertionResults.length === 0) return [`${file}: ${firstLine(message)}`];
  return assertionResults
    .filter((test) => test.status === 'failed')
    .map(({ fullName, failureMessages }) => `${file}: ${fullName}: ${firstLine(failureMessages?.[0] ?? '')}`);
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 300);
