import { FleetError } from '../errors.ts';
import type { Fleet } from '../state/fleet/fleet.ts';
import type { CompiledQuery } from '../state/query/compile-query.ts';
import { compileFilter } from '../state/query/filter.ts';
import { compileNodeFilter, type NodeFilter } from '../state/query/node-filter.ts';
import type { TreeFilter } from '../state/query/sieve.ts';

/**
 * The filter of `--filter`, undefined without one. Throws usage for a query that can't be read, or that leaves a term
 * open: `plan:` of an empty variable must never mean the whole fleet.
 */
export const readableFilter = (query: string, fleet: Fleet): TreeFilter | undefined =>
  readable(compileFilter(query, fleet));

/** The same over nodes. */
export const readableNodeFilter = (query: string, fleet: Fleet): NodeFilter | undefined =>
  readable(compileNodeFilter(query, fleet));

function readable<Thing>({ filter, problem: wrong, unfinished }: CompiledQuery<Thing>) {
  const problem = wrong ?? unfinished;
  if (problem) throw new FleetError('usage', `--filter: ${problem.message} (at character ${problem.at + 1})`);
  return filter;
}
