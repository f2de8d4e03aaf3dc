/** What fits what was typed, best first: a whole beginning before a beginning of a word before letters in this order. */
export function ranked<Item>(
  items: readonly Item[],
  typed: string,
  wordsOf: (item: Item) => readonly string[],
): readonly Item[] {
  const query = typed.trim().toLowerCase();
  if (query === '') return items;
  return items
    .flatMap((item, place) => {
      const best = Math.min(...wordsOf(item).map((word) => distance(word.toLowerCase(), query)));
      return Number.isFinite(best) ? [{ item, best, place }] : [];
    })
    .sort((a, b) => a.best - b.best || a.place - b.place)
    .map(({ item }) => item);
}

function distance(word: string, query: string): number {
  if (word === query) return 0;
  if (word.startsWith(query)) return 1;
  const at = word.indexOf(query);
  if (at >= 0) return /[\s.-]/.test(word[at - 1] ?? '') ? 2 : 3;
  let from = 0;
  for (const letter of query.replace(/[\s.-]/g, '')) {
    from = word.indexOf(letter, from) + 1;
    if (from === 0) return Number.POSITIVE_INFINITY;
  }
  return 4 + from;
}
