import type { VmId } from '../../ids.ts';
import { type Row, rowKey, type Tree } from './tree.ts';

/** `round`: the search went over the end and on from the other one. */
export interface Match {
  readonly key: string;
  readonly round: boolean;
}

const LOOKED_AT_PER_STEP = 1024;

/**
 * The next VM below this row that fits, or with -1 the one above it, in the order of the rows and round over the ends;
 * folded branches are looked into. Each `yield` is a place where it may be interrupted. Undefined when none fits.
 */
export function* nextMatch(
  tree: Tree,
  from: number,
  by: 1 | -1,
  fits: (id: VmId) => boolean,
): Generator<undefined, Match | undefined> {
  const { length } = tree;
  if (length === 0) return undefined;
  // What is folded into the row that one is on comes right behind it: first on the way down, last on the way up.
  const own = tree.at(from);
  const first = own?.kind !== 'vm' && by === 1 ? 0 : 1;
  let looked = 0;
  for (let step = first; step < first + length; step++) {
    const index = from + by * step;
    const row = tree.at((index + length) % length);
    for (const id of row ? vmsIn(row, tree, by) : []) {
      if (fits(id)) return { key: rowKey('vm', id), round: index < 0 || index >= length };
      if (++looked % LOOKED_AT_PER_STEP === 0) yield;
    }
    if (++looked % LOOKED_AT_PER_STEP === 0) yield;
  }
  return undefined;
}

/** The VM that the row is, or those that are folded away below it. */
function vmsIn(row: Row, tree: Tree, by: 1 | -1): readonly VmId[] {
  if (row.kind === 'vm') return [row.id];
  if (!('open' in row) || row.open) return [];
  const ids = tree.vmsUnder(row.key);
  return by === 1 ? ids : ids.toReversed();
}
