/** Numbers of many objects, one slot each. Slots are given out once and used again after `free`. */
export interface Slots<Key> {
  slotOf(key: Key): number | undefined;
  /** The object's slot, made when it has none. */
  claim(key: Key): number;
  free(key: Key): void;
  /** The slot is another key's from now on; what that had before is free. */
  rename(from: Key, to: Key): void;
  /** Grows whenever a slot changed its owner: a slot that was looked up before may be another object's now. */
  readonly generation: number;
  /** One more than the highest slot ever given out. */
  readonly size: number;
}

export function createSlots<Key>(): Slots<Key> {
  const slots = new Map<Key, number>();
  const unused: number[] = [];
  let size = 0;
  let generation = 0;
  return {
    slotOf: (key) => slots.get(key),
    claim(key) {
      const known = slots.get(key);
      if (known !== undefined) return known;
      const slot = unused.pop() ?? size++;
      slots.set(key, slot);
      return slot;
    },
    free(key) {
      const slot = slots.get(key);
      if (slot === undefined) return;
      slots.delete(key);
      unused.push(slot);
      generation++;
    },
    rename(from, to) {
      const slot = slots.get(from);
      if (slot === undefined) return;
      const before = slots.get(to);
      if (before !== undefined) unused.push(before);
      slots.delete(from);
      slots.set(to, slot);
      generation++;
    },
    get generation() {
      return generation;
    },
    get size() {
      return size;
    },
  };
}

type Column = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** The same column with room for `size` numbers; new places are NaN, which means unknown. Doubles, so growing is rare. */
export function grown<Array extends Column>(column: Array, size: number): Array {
  if (column.length >= size) return column;
  const make = column.constructor as new (length: number) => Array;
  const wider = new make(Math.max(size, column.length * 2, 64)).fill(Number.NaN) as Array;
  wider.set(column);
  return wider;
}
