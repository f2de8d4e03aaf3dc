import { filterCompletions } from '../../state/query/filter-words.ts';
import type { Candidate } from './candidate.ts';
import type { LiveNames } from './live-names.ts';

/** What can follow in the last term of a filter; the terms before it stay. */
export const filterCandidates = (query: string, names: LiveNames): readonly Candidate[] =>
  filterCompletions(query, (word) => valuesOf(word, names)).map((one) => ({ value: one.query, help: one.help }));

function valuesOf(word: string, names: LiveNames): readonly string[] {
  switch (word) {
    case 'endpoint':
      return names.endpoints;
    case 'pool':
      return names.pools;
    case 'platform':
      return names.platforms;
    case 'node':
      return names.nodes.map(([name]) => name);
    default:
      return [];
  }
}
