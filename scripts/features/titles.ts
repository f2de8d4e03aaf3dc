/** A test's title begins with the ids of the features that it proves: `it('F-045 F-012 starts a stopped VM …')`. */

const ID = /\bF-\d{3}\b/g;
/** The title of `it(…)` or `test(…)`, also behind `it.each(…)`, when an id is the first thing in it. */
const TITLE = /(?:\b(?:it|test)|\))\(\s*(['"`])(F-\d{3}\b(?:\\.|(?!\1)[^\\])*)\1\s*,/gs;

/** Titles that carry ids, as they stand in a test's source: placeholders of `each` are not filled in. */
export const titlesIn = (source: string): readonly string[] =>
  [...source.matchAll(TITLE)].map(([, , title = '']) => title.replaceAll(/\\(.)/g, '$1'));

export const idsIn = (title: string): readonly string[] => title.match(ID) ?? [];

/** What `each` puts in: `%s` and its like, `$name`, `$place.column`. */
const PLACEHOLDER = /%[sdifjoOc#$]|\$[\w#][\w.]*/g;

/** Whether a test that ran under this name is the one of that title. */
export function isNameOf(name: string, title: string): boolean {
  const words = title
    .split(PLACEHOLDER)
    .map((part) => part.replaceAll('%%', '%').replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${words.join('.*')}$`, 's').test(name);
}
