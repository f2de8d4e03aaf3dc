import type { Feature } from './table.ts';
import { isNameOf } from './titles.ts';

/** How a test ended. */
export interface Proven {
  /** From the root of the repository. */
  readonly file: string;
  readonly title: string;
  readonly status: string;
}

/**
 * Undefined for a feature whose test has passed wherever it ran, and in every file of tests in which its title stands: two
 * tests of one title are two promises. `places` has these files; the suite of the contract is run from other ones.
 */
export function unprovenOf(
  { id, proof }: Pick<Feature, 'id' | 'proof'>,
  results: readonly Proven[],
  places: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  const own = results.filter(({ title }) => isNameOf(title, proof));
  if (own.some(({ status }) => status === 'failed')) return `${id}: its test failed: ${proof}`;
  const passedIn = new Set(own.flatMap(({ file, status }) => (status === 'passed' ? [file] : [])));
  if (passedIn.size === 0) return `${id}: its test did not run: ${proof}`;
  const missing = [...places].find(([file, titles]) => titles.includes(proof) && !passedIn.has(file));
  return missing && `${id}: its test did not run in ${missing[0]}: ${proof}`;
}
