/** How many have each of these, the most frequent first, then by the alphabet; what is not known or empty is left out. */
export function countsOf<Thing>(
  things: readonly Thing[],
  read: (thing: Thing) => string | undefined,
): readonly (readonly [value: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const thing of things) {
    const value = read(thing);
    if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
}
