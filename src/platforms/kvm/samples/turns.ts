/** Which guests are sampled in this turn when more of them run than one turn may ask for. */

export interface Turns {
  /**
   * The guests `seen` are on the screen now and come in every turn; of the others a slice comes, the next one at each turn.
   * The arrays stay the same objects while nothing changes: a caller that stores samples by them need not compare them.
   */
  next(
    running: readonly string[],
    seen: readonly string[],
  ): { readonly first: readonly string[]; readonly rest: readonly string[] };
}

/** `most` guests at a time in each of the two lists. `running` must be a new array whenever its content changes. */
export function createTurns(most: number): Turns {
  let known: readonly string[] = [];
  let knownSeen = '';
  let first: readonly string[] = [];
  let slices: readonly (readonly string[])[] = [[]];
  let turn = 0;
  return {
    next(running, seen) {
      const seenKey = running.length <= most ? '' : seen.join();
      if (running !== known || seenKey !== knownSeen) {
        known = running;
        knownSeen = seenKey;
        if (running.length <= most) {
          first = running;
          slices = [[]];
        } else {
          const all = new Set(running);
          first = seen.filter((uuid) => all.has(uuid)).slice(0, most);
          for (const uuid of first) all.delete(uuid);
          const others = [...all];
          slices = Array.from({ length: Math.ceil(others.length / most) }, (_, i) =>
            others.slice(i * most, (i + 1) * most),
          );
        }
      }
      turn = (turn + 1) % Math.max(1, slices.length);
      return { first, rest: slices[turn] ?? [] };
    },
  };
}
