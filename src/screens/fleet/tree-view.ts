import type { Row, Tree } from '../../state/query/tree.ts';
import type { Marks } from './marks.ts';
import { createTreeCursor, type TreeCursor } from './tree-cursor.ts';
import { createTreeMarking, type TreeMarking } from './tree-marking.ts';

/** What a user does in the tree: moves, marks, folds. Knows no keys and no colours. */
export interface TreeView extends TreeCursor, TreeMarking {
  /** Unfolds the branch, or goes to its first row. */
  expand(): void;
  /** Folds the branch, or goes to the row that this one hangs under. */
  collapse(): void;
  /** Folds or unfolds a branch. */
  toggle(): void;
}

/** `movedTo` as in createTreeCursor. */
export function createTreeView(tree: Tree, marks: Marks, movedTo: (key: string) => string | undefined): TreeView {
  const cursor = createTreeCursor(tree, movedTo);

  return {
    ...cursor,
    ...createTreeMarking(tree, cursor, marks),
    expand() {
      const row = cursor.current();
      if (!isBranch(row)) return;
      if (row.open) cursor.step(1);
      else tree.fold(row.key, false);
    },
    collapse() {
      const row = cursor.current();
      if (isBranch(row) && row.open && !tree.isFolded(row.key)) return tree.fold(row.key, true);
      const home = row && tree.parentKeyOf(row.key);
      if (home !== undefined) cursor.toKey(home);
    },
    toggle() {
      const row = cursor.current();
      if (isBranch(row)) tree.fold(row.key, row.open);
    },
  };
}

const isBranch = (row: Row | undefined): row is Extract<Row, { open: boolean }> => row !== undefined && 'open' in row;
