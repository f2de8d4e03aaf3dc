import { formatBytes } from '../../../units.ts';
import type { DomainXml } from './domain-xml.ts';

const LIMITS = [
  ['Memory', 'memory', formatBytes],
  ['Max memory', 'maxMemory', formatBytes],
  ['vCPUs', 'cpus', String],
  ['Max vCPUs', 'maxCpus', String],
] as const satisfies readonly (readonly [string, keyof DomainXml, (value: never) => string])[];

/** What the next start changes of a guest that runs: `['At next start', 'Memory 512M, vCPUs 4']`; no line when nothing. */
export function pendingLines(
  running: DomainXml,
  saved: DomainXml,
): readonly (readonly [label: string, value: string])[] {
  const pending = LIMITS.flatMap(([label, key, spell]) =>
    running[key] === saved[key] ? [] : [`${label} ${(spell as (value: number) => string)(saved[key])}`],
  );
  return pending.length === 0 ? [] : [['At next start', pending.join(', ')]];
}
