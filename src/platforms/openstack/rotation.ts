/** Whose figures are read next, when not all can be. */
export interface Round<Id> {
  readonly ids: readonly Id[];
  /** After how many rounds the same ones come again. */
  readonly of: number;
}

export interface Rotation<Id> {
  /** The next `size` of these, in turn. The same array comes again as long as `ids` and `size` are the same. */
  next(ids: readonly Id[], size: number): Round<Id> | undefined;
}

export function createRotation<Id extends string>(): Rotation<Id> {
  let known = '';
  let groups: readonly (readonly Id[])[] = [];
  let turn = -1;
  return {
    next(ids, size) {
      const key = `${size} ${ids.join()}`;
      if (key !== known) {
        known = key;
        // Shared out evenly: three of 100 rather than two of 149 and one of 2.
        const count = Math.ceil(ids.length / Math.max(1, size));
        const each = Math.ceil(ids.length / count);
        groups = Array.from({ length: count }, (_, index) => ids.slice(index * each, (index + 1) * each));
      }
      if (groups.length === 0 || size < 1) return undefined;
      turn = (turn + 1) % groups.length;
      return { ids: groups[turn] ?? [], of: groups.length };
    },
  };
}
