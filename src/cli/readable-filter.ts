import { FleetError } from '../errors.ts';
import type { Fleet } from '../state/fleet/fleet.ts';
import { compileFilter } from '../state/query/filter.ts';
import type { TreeFilter } from '../state/query/sieve.ts';

/**
 * The filter of `--filter`, undefined without one. Throws usage for a query that can't be read, or that leaves a term
 * open: `plan:` of an empty variable must never mean the whole fleet.
 */
export function readableFilter(query: string, fleet: Fleet): TreeFilter | undefined {
  const { filter, problem: wrong, unfinished } = compileFilter(query, fleet);
  const problem = wrong ?? unfinished;
  if (problem) throw new FleetError('usage', `--filter: ${problem.message} (at character ${problem.at + 1})`);
  return filter;
}
