import { emptyMap, type Located } from './located.ts';
import type { Loaded, PlatformFields } from './model.ts';
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';
import { type Complain, readEndpoints } from './read-endpoints.ts';
import { readPools } from './read-pools.ts';

/** Sections that this module reads; a key that looks like one of them is told, any other is somebody else's. */
const OWN_SECTIONS = ['endpoints', 'pools'] as const;

/** What the file means. Never throws: what can't be taken is a problem with its place, and is left out. */
export function interpret(file: string, tree: Located, platforms: PlatformFields): Loaded {
  const problems: Problem[] = [];
  const complain: Complain = (at, message, more = {}) => {
    const problem: Problem = { severity: 'error', file, at, message, ...more };
    problems.push(problem);
    return problem;
  };
  const map = tree.kind === 'map' ? tree : emptyMap;
  for (const [key, { at }] of map.entries) {
    const meant = nearest(key, OWN_SECTIONS);
    if (meant !== undefined && meant !== key) {
      complain(at, `${JSON.stringify(key)} is not read (did you mean ${meant}?)`, { severity: 'warning' });
    }
  }
  const endpoints = readEndpoints(map.entries.get('endpoints'), platforms, complain);
  const pools = readPools(map.entries.get('pools'), new Set(endpoints.keys()), complain);
  return { config: { endpoints, pools, file: map }, problems };
}
