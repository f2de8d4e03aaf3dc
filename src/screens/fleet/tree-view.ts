import type { VmId } from '../../ids.ts';
import type { Row, Tree } from '../../state/query/tree.ts';
import type { Marks } from './marks.ts';

/**
 * The cursor, the window and the marks of the tree. The cursor is on an object, not on a line: rows may come and go
 * around it and it stays where it is on the screen. Knows no keys and no colours.
 */
export interface TreeView {
  current(): Row | undefined;
  /** Negative is up; stops at the ends. */
  step(rows: number): void;
  toIndex(index: number): void;
  /** Moves the window of this height, and the cursor only as far as it must to stay inside. */
  scroll(rows: number, height: number): void;
  /** To the first row, as soon as what is wanted now is there. */
  toTop(): void;
  /** To this VM if what is wanted now has it, else to the first one, as soon as that is there. */
  toMatch(preferred: string | undefined): void;
  /** False when the row is not there or is folded away. */
  toKey(key: string): boolean;
  /** Unfolds what hides the row, and goes there as soon as what is wanted now is there. */
  reveal(key: string): void;
  /** The rows of a window of this height, moved only as far as needed to keep the cursor in it. */
  window(height: number): { readonly first: number; readonly rows: readonly Row[] };
  /** Unfolds the branch, or goes to its first row. */
  expand(): void;
  /** Folds the branch, or goes to the row that this one hangs under. */
  collapse(): void;
  /** Folds or unfolds a branch. */
  toggle(): void;
  /** Grows when a row is chosen; not when another one comes under the cursor because its own is not shown. */
  readonly choices: number;
  readonly marks: Marks['vms'];
  /** Grows with every change of the marks. */
  readonly markings: number;
  /** Marks the VM and steps down, or marks all below the branch; takes the marks back where all were marked. */
  toggleMark(): void;
  unmark(ids: Iterable<VmId>): void;
  invertMarks(): void;
  markShown(): void;
  clearMarks(): void;
  /** Starts a range, or ends one: marks every VM between. Answers whether one is open now. */
  range(): boolean;
  readonly rangeOpen: boolean;
}

export function createTreeView(tree: Tree, marks: Marks): TreeView {
  let key: string | undefined;
  let index = 0;
  let top = 0;
  let anchor: string | undefined;
  let wantsTop = false;
  /** The row to go to, as long as it may still come. */
  let awaited: string | undefined;
  let wantsMatch: { readonly preferred: string | undefined } | undefined;
  let choices = 0;

  /** Above the first VM there are only the branches that it hangs under. */
  const matchAt = (preferred: string | undefined): number => {
    const kept = preferred?.startsWith('vm ') ? tree.indexOf(preferred) : -1;
    if (kept >= 0) return kept;
    for (let at = 0; at < tree.length; at++) if (tree.at(at)?.kind === 'vm') return at;
    return -1;
  };

  /** The branches above it are to be seen, too. */
  const choose = (match: number) => {
    choices++;
    const wanted = tree.at(match)?.key;
    if (wanted === key) return;
    key = wanted;
    index = match;
    top = 0;
  };

  /** Where the cursor's object is now; where it was last, when it is gone. */
  const settle = (): number => {
    if (wantsTop) {
      // The row that was looked at would keep its place otherwise.
      tree.lookAt('');
      key = tree.at(0)?.key;
      index = 0;
      top = 0;
      wantsTop = tree.isAwaited;
    }
    const revealed = awaited === undefined ? -1 : tree.indexOf(awaited);
    if (revealed >= 0) {
      key = awaited;
      index = revealed;
    }
    if (!tree.isAwaited) awaited = undefined;
    if (wantsMatch && !tree.isAwaited) {
      const match = matchAt(wantsMatch.preferred);
      wantsMatch = undefined;
      if (match >= 0) choose(match);
    }
    const found = key === undefined ? -1 : tree.indexOf(key);
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
    wantsTop = false;
    awaited = undefined;
    wantsMatch = undefined;
    choices++;
    index = Math.max(0, Math.min(wanted, tree.length - 1));
    key = tree.at(index)?.key;
  };

  const current = () => tree.at(settle());

  const toKey = (wanted: string) => {
    const found = tree.indexOf(wanted);
    if (found >= 0) toIndex(found);
    return found >= 0;
  };

  const toParent = () => {
    const row = current();
    const home = row && tree.parentKeyOf(row.key);
    if (home !== undefined) toKey(home);
  };

  const isBranch = (row: Row | undefined): row is Extract<Row, { open: boolean }> =>
    row?.kind === 'pool' || row?.kind === 'node';

  function* vmsBetween(from: number, to: number): Generator<VmId> {
    for (let at = from; at <= to; at++) {
      const row = tree.at(at);
      if (row?.kind === 'vm') yield row.id;
    }
  }

  return {
    current,
    step: (rows) => toIndex(settle() + rows),
    toIndex,
    toTop() {
      awaited = undefined;
      wantsMatch = undefined;
      wantsTop = true;
      choices++;
    },
    toMatch(preferred) {
      awaited = undefined;
      wantsTop = false;
      wantsMatch = { preferred };
      settle();
    },
    scroll(rows, height) {
      const at = settle();
      wantsTop = false;
      top = Math.max(0, Math.min(top + rows, tree.length - height));
      if (at < top || at >= top + height) toIndex(at < top ? top : top + height - 1);
    },
    toKey,
    reveal(wanted) {
      for (let home = tree.parentKeyOf(wanted); home !== undefined; home = tree.parentKeyOf(home)) {
        if (tree.isFolded(home)) tree.fold(home, false);
      }
      wantsTop = false;
      wantsMatch = undefined;
      awaited = wanted;
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
    expand() {
      const row = current();
      if (!isBranch(row)) return;
      if (row.open) toIndex(index + 1);
      else tree.fold(row.key, false);
    },
    collapse() {
      const row = current();
      if (isBranch(row) && row.open && !tree.isFolded(row.key)) tree.fold(row.key, true);
      else toParent();
    },
    toggle() {
      const row = current();
      if (isBranch(row)) tree.fold(row.key, row.open);
    },
    get choices() {
      return choices;
    },
    marks: marks.vms,
    get markings() {
      return marks.version;
    },
    toggleMark() {
      const row = current();
      const ids = row?.kind === 'vm' ? [row.id] : row ? tree.vmsUnder(row.key) : [];
      if (ids.length === 0) return;
      if (ids.every((id) => marks.vms.has(id))) marks.delete(ids);
      else marks.add(ids);
      if (row?.kind === 'vm') toIndex(index + 1);
    },
    unmark: marks.delete,
    invertMarks() {
      for (const ids of tree.vmLists()) marks.invert(ids);
    },
    markShown() {
      for (const ids of tree.vmLists()) marks.add(ids);
    },
    clearMarks() {
      marks.clear();
      anchor = undefined;
    },
    range() {
      const from = anchor === undefined ? -1 : tree.indexOf(anchor);
      if (from < 0) {
        anchor = current()?.key;
        return true;
      }
      const to = settle();
      marks.add(vmsBetween(Math.min(from, to), Math.max(from, to)));
      anchor = undefined;
      return false;
    },
    get rangeOpen() {
      return anchor !== undefined;
    },
  };
}
