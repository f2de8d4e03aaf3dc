import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { OperationName } from '../../src/platforms/contract.ts';

/** Platform -> operations that a test of this suite has seen working. docs/platforms.md is drawn from it. */
type Support = Record<string, readonly OperationName[]>;

const FILE = new URL('../../docs/support.json', import.meta.url);

const seen = new Map<string, Set<OperationName>>();

/** Remembers it for `writeSupport()`, and for CI, which compares all of its runs with docs/support.json. */
export function recordSupport(platform: string, operation: OperationName): void {
  const operations = seen.get(platform) ?? new Set();
  seen.set(platform, operations.add(operation));
  const file = process.env['DROVER_SUPPORT_SEEN'];
  if (file !== undefined) appendFileSync(file, `${platform} ${operation}\n`);
}

/**
 * Adds what was seen in this run to the platform's entry, when `DROVER_RECORD_SUPPORT` asks for it: a platform may have
 * several servers to be tested against. To record the matrix again, empty the file first (`{}`).
 */
export function writeSupport(platform: string): void {
  if (!process.env['DROVER_RECORD_SUPPORT']) return;
  const support: Support = JSON.parse(readFileSync(FILE, 'utf8'));
  const operations = new Set([...(support[platform] ?? []), ...(seen.get(platform) ?? [])]);
  const sorted = Object.entries({ ...support, [platform]: [...operations].sort() }).sort(([a], [b]) =>
    a.localeCompare(b),
  );
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`);
}
