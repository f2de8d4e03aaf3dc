import type { Row, Tree } from '../../state/query/tree.ts';
import { arrivalIndex, type Destination } from './tree-destination.ts';

/**
 * The cursor and the window of the tree. The cursor is on an object, not on a line: rows may come and go around it and it stays
 * where it is on the screen.
 */
export interface TreeCursor {
  current(): Row | undefined;
  /** Which row of the tree that is. */
  index(): number;
  /** Negative is up; stops at the ends. */
  step(rows: number): void;
  toIndex(index: number): void;
  /** Moves the window of this height, and the cursor only as far as it must to stay inside. */
  scroll(rows: number, height: number): void;
  /** To the first row, as soon as what is wanted now is there. */
  toTop(): void;
  /** To this VM if what is wanted now has it, else to the first one, as soon as that is there. `typed`: it is no choice. */
  toMatch(preferred: string | undefined, is: 'chosen' | 'typed'): void;
  /** False when the row is not there or is folded away. */
  toKey(key: string): boolean;
  /** Unfolds what hides the row, and goes there as soon as what is wanted now is there. */
  reveal(key: string): void;
  /** The rows of a window of this height, moved only as far as needed to keep the cursor in it. */
  window(height: number): { readonly first: number; readonly rows: readonly Row[] };
  /** Grows when a row is chosen; not when another one comes under the cursor because its own is not shown. */
  choices(): number;
}

/** `movedTo`: the key of a row that is another one since its object has moved. */
export function createTreeCursor(tree: Tree, movedTo: (key: string) => string | undefined): TreeCursor {
  let key: string | undefined;
  let index = 0;
  let top = 0;
  let destination: Destination | undefined;
  let choices = 0;
  /** The row that was gone, as long as no other one was chosen. */
  let lost: string | undefined;

  const arrive = (to: Destination) => {
    // The row that was looked at would keep its place otherwise.
    if (to.kind === 'top') tree.lookAt('');
    const found = arrivalIndex(tree, to);
    if (!tree.isAwaited) destination = undefined;
    if (found < 0) return;
    const wanted = tree.at(found)?.key;
    if (to.kind === 'match') {
      if (to.is === 'chosen') choices++;
      if (wanted === key) return;
    }
    key = wanted;
    index = found;
    // The branches above a match are to be seen, too.
    if (to.kind !== 'row') top = 0;
  };

  /** To the row that was gone, where its object has moved. */
  const catchUp = (): void => {
    const moved = lost === undefined ? undefined : movedTo(lost);
    if (moved === undefined || tree.indexOf(moved) < 0) return;
    lost = undefined;
    key = moved;
  };

  const lookUp = (): number => (key === undefined ? -1 : tree.indexOf(key));

  /** Where the cursor's object is now; where it was last, when it is gone. */
  const settle = (): number => {
    if (destination) arrive(destination);
    catchUp();
    // Asked for each action of the key bar: most times nothing has moved since, and that is found out without a search.
    if (!destination && key !== undefined && tree.at(index)?.key === key) {
      tree.lookAt(key);
      return index;
    }
    let found = lookUp();
    if (found < 0) {
      lost ??= key;
      // It may have gone and come in one landing.
      catchUp();
      found = lookUp();
    }
    if (found >= 0) {
      top += found - index;
      index = found;
      if (key !== undefined) tree.lookAt(key);
    } else {
      index = Math.max(0, Math.min(index, tree.length - 1));
      // A row that was folded or filtered away comes back under the cursor only if nothing else was chosen.
      key = tree.at(index)?.key;
    }
    return index;
  };

  const toIndex = (wanted: number) => {
    settle();
    destination = undefined;
    lost = undefined;
    choices++;
    index = Math.max(0, Math.min(wanted, tree.length - 1));
    key = tree.at(index)?.key;
  };

  return {
    current: () => tree.at(settle()),
    index: settle,
    step: (rows) => toIndex(settle() + rows),
    toIndex,
    toTop() {
      destination = { kind: 'top' };
      choices++;
    },
    toMatch(preferred, is) {
      destination = { kind: 'match', preferred, is };
      settle();
    },
    scroll(rows, height) {
      const at = settle();
      if (destination?.kind === 'top') destination = undefined;
      top = Math.max(0, Math.min(top + rows, tree.length - height));
      if (at < top || at >= top + height) toIndex(at < top ? top : top + height - 1);
    },
    toKey(wanted) {
      const found = tree.indexOf(wanted);
      if (found >= 0) toIndex(found);
      return found >= 0;
    },
    reveal(wanted) {
      for (let home = tree.parentKeyOf(wanted); home !== undefined; home = tree.parentKeyOf(home)) {
        if (tree.isFolded(home)) tree.fold(home, false);
      }
      destination = { kind: 'row', key: wanted };
      choices++;
      settle();
    },
    window(height) {
      settle();
      if (index < top) top = index;
      if (index >= top + height) top = index - height + 1;
      top = Math.max(0, Math.min(top, tree.length - height));
      const rows: Row[] = [];
      for (let at = top; at < Math.min(tree.length, top + height); at++) rows.push(tree.at(at) as Row);
      return { first: top, rows };
    },
    choices: () => choices,
  };
}
