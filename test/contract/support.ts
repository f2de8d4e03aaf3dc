import { readFileSync, writeFileSync } from 'node:fs';
import type { OperationName } from '../../src/platforms/contract.ts';

/** Platform -> operations that a test of this suite has seen working. docs/platforms.md is drawn from it. */
type Support = Record<string, readonly OperationName[]>;

const FILE = new URL('../../docs/support.json', import.meta.url);

const seen = new Map<string, Set<OperationName>>();

export function recordSupport(platform: string, operation: OperationName): void {
  const operations = seen.get(platform) ?? new Set();
  seen.set(platform, operations.add(operation));
}

/** Replaces the platform's entry by what was seen in this run, when `DROVER_RECORD_SUPPORT` asks for it. */
export function writeSupport(platform: string): void {
  if (!process.env['DROVER_RECORD_SUPPORT']) return;
  const support: Support = {
    ...JSON.parse(readFileSync(FILE, 'utf8')),
    [platform]: [...(seen.get(platform) ?? [])].sort(),
  };
  const sorted = Object.fromEntries(Object.entries(support).sort(([a], [b]) => a.localeCompare(b)));
  writeFileSync(FILE, `${JSON.stringify(sorted, undefined, 2)}\n`);
}
