import type { VmId } from '../../ids.ts';
import { type CompiledFilter, compileFilter } from '../../state/filter.ts';
import type { Fleet } from '../../state/fleet.ts';
import { createTree, type Row, type Tree } from '../../state/tree.ts';
import { createSums, type Sums } from './sums.ts';
import { createTreeView, type TreeView } from './tree-view.ts';

/** What the fleet screen remembers: the tree with its cursor, the filter, which pane has the keys. */
export interface FleetState {
  readonly tree: Tree;
  readonly view: TreeView;
  readonly sums: Sums;
  readonly filterText: string;
  readonly filter: CompiledFilter;
  setFilter(text: string): void;
  pane: 'tree' | 'details';
  detailsShown: boolean;
  /** Keys of the branches that are folded. */
  readonly folded: Set<string>;
  /** What actions are for: the marked VMs that are still there, else the VM under the cursor. */
  targets(): readonly VmId[];
  /** VMs of the window that was drawn last, and the marked ones: their samples come first. */
  interest(): readonly VmId[];
  drew(rows: readonly Row[]): void;
}

const MOST_MARKED_WATCHED = 100;

export function createFleetState(fleet: Fleet): FleetState {
  const folded = new Set<string>();
  const tree = createTree(fleet, folded);
  const view = createTreeView(tree, fleet);
  let filterText = '';
  let filter = compileFilter('', fleet);
  let drawn: readonly Row[] = [];

  return {
    tree,
    view,
    folded,
    sums: createSums(fleet, tree),
    pane: 'tree',
    detailsShown: true,
    get filterText() {
      return filterText;
    },
    get filter() {
      return filter;
    },
    setFilter(text) {
      filterText = text;
      filter = compileFilter(text, fleet);
      tree.setFilter(filter.filter);
    },
    targets() {
      const marked = [...view.marks].filter((id) => fleet.vms.has(id));
      if (marked.length > 0) return marked;
      const row = view.current();
      return row?.kind === 'vm' ? [row.id] : [];
    },
    interest() {
      const visible = drawn.flatMap((row) => (row.kind === 'vm' ? [row.id] : []));
      return [...visible, ...[...view.marks].slice(0, MOST_MARKED_WATCHED)];
    },
    drew(rows) {
      drawn = rows;
    },
  };
}
