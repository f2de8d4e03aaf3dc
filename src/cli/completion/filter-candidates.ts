import { VM_STATES } from '../../platforms/contract.ts';
import { filterWords } from '../topics/filter.ts';
import type { Candidate } from './candidate.ts';
import type { LiveNames } from './live-names.ts';

/** What can follow in the last term of a filter; the terms before it stay. */
export function filterCandidates(query: string, names: LiveNames): readonly Candidate[] {
  const start = query.lastIndexOf(' ') + 1;
  const before = query.slice(0, start);
  const not = query[start] === '!' ? '!' : '';
  const term = query.slice(start + not.length);
  const whole = (text: string, help: string): Candidate => ({ value: `${before}${not}${text}`, help });

  const asked = /^([a-z]+):/.exec(term)?.[1];
  if (asked !== undefined) return valuesOf(asked, names).map((value) => whole(`${asked}:${value}`, ''));
  return filterWords.map(({ word, compares, help }) => whole(`${word}${compares === 'text' ? ':' : '>'}`, help));
}

function valuesOf(word: string, names: LiveNames): readonly string[] {
  switch (word) {
    case 'state':
      return VM_STATES;
    case 'endpoint':
      return names.endpoints;
    case 'pool':
      return names.pools;
    case 'platform':
      return names.platforms;
    case 'node':
      return names.nodes.map(([name]) => name).filter((name) => !name.includes(' '));
    default:
      return [];
  }
}
