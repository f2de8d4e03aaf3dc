import type { VmId } from '../../ids.ts';

/** Looks for an id outwards from a place, since most are found where they were or beside it; -1 when it is not there. */
export function placeOf(id: VmId, ids: readonly VmId[], near: number): number {
  const start = Math.max(0, Math.min(near, ids.length - 1));
  for (let left = start, right = start + 1; left >= 0 || right < ids.length; left--, right++) {
    if (ids[left] === id) return left;
    if (ids[right] === id) return right;
  }
  return -1;
}
