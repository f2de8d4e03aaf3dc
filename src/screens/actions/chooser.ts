import type { Id } from '../../ids.ts';

/** Where the objects were chosen: the tree, or a table. */
export interface Chooser {
  /** Whether the user sees what the key is for. A mark may be filtered or folded away, a branch holds anything. */
  isSeen(id: Id): boolean;
  unmark(ids: readonly Id[]): void;
}
