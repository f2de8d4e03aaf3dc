import type { VmId } from '../../ids.ts';
import type { Tree } from '../../state/query/tree.ts';
import type { Marks } from './marks.ts';
import type { TreeCursor } from './tree-cursor.ts';

/** Marking VMs by where they are in the tree: under the cursor, below a branch, between two rows, or all that are shown. */
export interface TreeMarking {
  readonly marks: Marks['vms'];
  /** Grows with every change of the marks. */
  markings(): number;
  /** Marks the VM and steps down, or marks all below the branch; takes the marks back where all were marked. */
  toggleMark(): void;
  unmark(ids: Iterable<VmId>): void;
  invertMarks(): void;
  markShown(): void;
  clearMarks(): void;
  /** Starts a range, or ends one: marks every VM between. Answers whether one is open now. */
  range(): boolean;
  isRangeOpen(): boolean;
}

export function createTreeMarking(tree: Tree, cursor: TreeCursor, marks: Marks): TreeMarking {
  /** The row where a range was started. */
  let anchor: string | undefined;

  function* vmsBetween(from: number, to: number): Generator<VmId> {
    for (let at = from; at <= to; at++) {
      const row = tree.at(at);
      if (row?.kind === 'vm') yield row.id;
    }
  }

  return {
    marks: marks.vms,
    markings: () => marks.version,
    toggleMark() {
      const row = cursor.current();
      const ids = row?.kind === 'vm' ? [row.id] : row ? tree.vmsUnder(row.key) : [];
      if (ids.length === 0) return;
      if (ids.every((id) => marks.vms.has(id))) marks.delete(ids);
      else marks.add(ids);
      if (row?.kind === 'vm') cursor.step(1);
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
        anchor = cursor.current()?.key;
        return true;
      }
      const to = cursor.index();
      marks.add(vmsBetween(Math.min(from, to), Math.max(from, to)));
      anchor = undefined;
      return false;
    },
    isRangeOpen: () => anchor !== undefined,
  };
}
