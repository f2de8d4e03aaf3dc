import type { Fleet } from '../fleet/fleet.ts';
import { spellTemplate, type TemplateName } from '../templates/template.ts';
import { compileQuery, type QueryFilter, type QueryLanguage } from './compile-query.ts';

export type LibraryFilter = QueryFilter<TemplateName>;

/** What a filter over VMs can ask of templates: a word alone is looked for in `GROUP/NAME`. */
const OF_TEMPLATES: QueryLanguage<TemplateName> = {
  texts: { name: ({ name }) => [name] },
  numbers: {},
  otherWords: {},
  states: [],
  otherStates: {},
  anywhere: (template, word) => spellTemplate(template).toLowerCase().includes(word),
};

/** Undefined where nothing is asked yet, or what only VMs have: no template is in a state or on a node. */
export function compileLibraryFilter(query: string, fleet: Fleet): LibraryFilter | undefined {
  const { filter, problem } = compileQuery(query, fleet, OF_TEMPLATES);
  return problem ? undefined : filter;
}
