import type { Shown } from '../../actions/target.ts';
import type { NodeId, VmId } from '../../ids.ts';
import type { Vm } from '../../platforms/contract.ts';
import type { ViewSettings } from '../../state/config/views.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import { type CompiledFilter, compileFilter } from '../../state/query/filter.ts';
import { compileLibraryFilter, type LibraryFilter } from '../../state/query/library-filter.ts';
import { isLibraryRow } from '../../state/query/library-rows.ts';
import { compileNodeFilter, type NodeFilter } from '../../state/query/node-filter.ts';
import type { TreeFilter } from '../../state/query/sieve.ts';
import type { Sort } from '../../state/query/sort.ts';
import { createTree, type Row, rowKey, type Tree } from '../../state/query/tree.ts';
import { vmColumn } from '../../state/query/vm-columns.ts';
import type { Sessions } from '../../state/session/sessions.ts';
import type { TableFront } from '../tables/table-front.ts';
import type { Arrangement, ColumnChoice } from './columns.ts';
import { createMarks } from './marks.ts';
import type { Split } from './split.ts';
import { createSums, type Sums } from './sums.ts';
import { createTotals, type Totals } from './totals.ts';
import { createTreeView, type TreeView } from './tree-view.ts';

/** What the fleet screen remembers: the tree with its cursor, how it is looked at, which pane has the keys. */
export interface FleetState {
  readonly tree: Tree;
  readonly view: TreeView;
  readonly sums: Sums;
  /** Of the whole fleet, as of the last landing. */
  totals(): Totals;
  /** Of the list that is shown: that of nodes has a filter of its own, over nodes. */
  readonly filterText: string;
  readonly filter: CompiledFilter;
  /** Without a filter the cursor is back on its row, unless another one was chosen meanwhile. */
  setFilter(text: string): void;
  /** The row under the cursor when it does not pass the filter any more: it stays until another one is looked at. */
  kept(): Row | undefined;
  /** How many VMs and templates, or nodes, pass the filter. */
  matches(): number;
  /**
   * Puts the cursor on a VM that the filter lets through: its own, else the first. While the filter is still typed that is no
   * choice yet: without the filter it goes back.
   */
  toMatch(is: 'chosen' | 'typed'): void;
  /** The filter, or the last one: what `next match` looks for. */
  readonly sought: { readonly text: string; readonly filter: TreeFilter } | undefined;
  /** Undefined: by name. */
  readonly sort: Sort | undefined;
  readonly arrangement: Arrangement;
  /** A list goes to its first row, so that what was asked for is seen; with `row` it stays on the one that it is on. */
  setSort(sort: Sort | undefined, at?: 'top' | 'row'): void;
  /** A VM stays under the cursor wherever it is shown. */
  arrange(arrangement: Arrangement): void;
  /** Columns that were chosen, and widths for all. */
  readonly columns: Record<Arrangement, readonly string[] | undefined>;
  readonly widths: Map<string, number>;
  columnChoice(): ColumnChoice;
  /** How the list is looked at now, and to look at it otherwise. */
  settings(): ViewSettings;
  take(view: ViewSettings, arrangement?: Arrangement): void;
  pane: 'tree' | 'details';
  detailsShown: boolean;
  /** Where the line between the panes was dragged to. */
  split: Split;
  /** Keys of the branches that are folded. */
  readonly folded: Set<string>;
  /** What actions are for: the marked VMs that are still there; where none is marked, the VM under the cursor. */
  targets(): readonly VmId[];
  /** A marked VM as it was when it was marked; undefined for one that is not marked. */
  marked(id: VmId): Shown | undefined;
  /** What verbs on many are for when nothing is marked and the cursor is on a branch: the VMs below it. */
  below(): readonly VmId[];
  /** VMs of the window that was drawn last, and the marked ones: their samples come first. */
  interest(): readonly VmId[];
  drew(rows: readonly Row[]): void;
  /** How many rows at the bottom of the view the details took when it was drawn last. */
  readonly detailRows: number;
  drewDetails(rows: number): void;
  /** Whether what a row is of is still in the fleet, shown or not. */
  isThere(key: string): boolean;
  /** Puts the cursor there; a fold and a list without such rows give way. */
  reveal(key: string): void;
  /** The table that has the keys now, in place of the tree. */
  front: () => TableFront | undefined;
}

const MOST_MARKED_WATCHED = 100;

/** A filter over VMs, with what it finds of the template library below them. */
interface OverVms {
  readonly text: string;
  readonly filter: CompiledFilter;
  readonly library: LibraryFilter | undefined;
}

/** Beside the tree, where rows of a kind are. */
const LISTS: Partial<Record<string, Arrangement>> = { vm: 'flat', node: 'nodes' };

const NO_FILTER = { filter: undefined, libraryFilter: undefined };

function filterOverVms(text: string, fleet: Fleet): OverVms {
  const filter = compileFilter(text, fleet);
  return { text, filter, library: filter.filter && compileLibraryFilter(text, fleet) };
}

const wantedBy = ({ filter, library }: OverVms) => ({ filter: filter.filter, libraryFilter: library });

const templatesFound = ({ library }: OverVms, { library: { templates } }: Fleet): number =>
  library ? templates.filter(library.accepts).length : 0;

export function createFleetState(fleet: Fleet, sessionOf: Sessions['current']): FleetState {
  const folded = new Set<string>();
  const tree = createTree(fleet, folded);
  const marks = createMarks(fleet, sessionOf);
  const view = createTreeView(tree, marks, (key) => movedKey(fleet, key));
  /** What is typed over VMs, and over the list of nodes: each list keeps its own. */
  let ofVms = filterOverVms('', fleet);
  let ofNodes = { text: '', filter: filterByNodes('', fleet) };
  let sought: FleetState['sought'];
  let sort: Sort | undefined;
  let arrangement: Arrangement = 'tree';
  /** Where the cursor was when the filter began to hide rows. */
  let unfiltered: { readonly key: string | undefined; readonly choices: number } | undefined;
  let drawn: readonly Row[] = [];
  let detailRows = 0;
  let marked: readonly VmId[] = [];
  let markedOn = '';

  const present = () => (arrangement === 'nodes' ? ofNodes : ofVms);

  const sums = createSums(fleet, tree);
  const state: FleetState = {
    tree,
    view,
    folded,
    sums,
    totals: createTotals(fleet, sums),
    pane: 'tree',
    detailsShown: true,
    front: () => undefined,
    split: {},
    get filterText() {
      return present().text;
    },
    get filter() {
      return present().filter;
    },
    setFilter(text) {
      const row = view.current();
      if (present().text === '' && text !== '') unfiltered = { key: view.current()?.key, choices: view.choices() };
      if (arrangement === 'nodes') {
        ofNodes = { text, filter: filterByNodes(text, fleet) };
        tree.want({ nodeFilter: ofNodes.filter.nodes });
      } else {
        ofVms = filterOverVms(text, fleet);
        if (ofVms.filter.filter) sought = { text, filter: ofVms.filter.filter };
        tree.want(wantedBy(ofVms));
      }
      if (text !== '' || !unfiltered) return;
      // Not the row that came into the place of a hidden one; a template that was chosen is not folded away again.
      const back = unfiltered.choices === view.choices() ? unfiltered.key : isLibraryRow(row) ? row.key : undefined;
      if (back !== undefined) view.reveal(back);
      unfiltered = undefined;
    },
    kept() {
      const row = view.current();
      const vm = row?.kind === 'vm' ? fleet.vms.get(row.id) : undefined;
      return vm && present().filter.filter?.accepts(vm) === false ? row : undefined;
    },
    matches() {
      if (arrangement === 'nodes') return tree.length;
      return tree.shownVms + (arrangement === 'tree' ? templatesFound(ofVms, fleet) : 0) - (state.kept() ? 1 : 0);
    },
    toMatch(is) {
      // Rows of nodes are all matches.
      if (!present().filter.filter || arrangement === 'nodes') return;
      view.toMatch(unfiltered?.choices === view.choices() ? unfiltered.key : view.current()?.key, is);
    },
    get sought() {
      return sought;
    },
    get sort() {
      return sort;
    },
    get arrangement() {
      return arrangement;
    },
    setSort(next, at = 'top') {
      // By name, from the first: that is how the tree is anyway.
      sort = next?.by.id === 'name' && !next.descending ? undefined : next;
      tree.want({ sort });
      if (arrangement !== 'tree' && at === 'top') view.toTop();
    },
    arrange(next) {
      const row = view.current();
      const home = row && next === 'nodes' && row.kind === 'vm' ? tree.parentKeyOf(row.key) : undefined;
      // What the list has no row for leaves the cursor to its first one.
      if (next === 'flat' && row?.kind !== 'vm') view.toTop();
      if (next === 'nodes' && row?.kind !== 'node') view.toTop();
      if ((arrangement === 'nodes') !== (next === 'nodes')) unfiltered = undefined;
      arrangement = next;
      const filters = next === 'nodes' ? NO_FILTER : wantedBy(ofVms);
      tree.want({ flat: next === 'flat', nodes: next === 'nodes', ...filters });
      if (home !== undefined) view.toKey(home);
      if (next === 'tree' && row?.kind === 'vm' && isFoldedAway(row.key, tree, folded)) view.reveal(row.key);
    },
    columns: { tree: undefined, flat: undefined, nodes: undefined },
    widths: new Map(),
    columnChoice: () => ({ arrangement, sort, widths: state.widths, ids: state.columns[arrangement] }),
    settings: () => ({
      filter: present().text,
      sort,
      columns: state.columns[arrangement]?.flatMap((id) => vmColumn(id) ?? []),
      flat: arrangement === 'flat',
      nodes: arrangement === 'nodes',
    }),
    take(next, wanted = next.nodes ? 'nodes' : next.flat ? 'flat' : 'tree') {
      state.arrange(wanted);
      state.setFilter(next.filter);
      state.setSort(next.sort);
      state.columns[arrangement] = next.columns?.flatMap(({ id }) => (id === 'name' ? [] : [id]));
    },
    targets() {
      // Asked for every key that is drawn; the marks may be 100,000.
      const now = `${view.markings()} ${fleet.shape}`;
      if (now !== markedOn) marked = [...marks.vms.keys()].filter((id) => fleet.vms.has(id));
      markedOn = now;
      // Never the row instead: the user sees that something else is marked.
      if (marks.vms.size > 0) return marked;
      const row = view.current();
      return row?.kind === 'vm' ? [row.id] : [];
    },
    marked: marks.shown,
    below() {
      const row = view.current();
      return row && row.kind !== 'vm' && view.marks.size === 0 ? tree.vmsUnder(row.key) : [];
    },
    interest() {
      const visible = drawn.flatMap((row) => (row.kind === 'vm' ? [row.id] : []));
      return [...visible, ...state.targets().slice(0, MOST_MARKED_WATCHED)];
    },
    drew(rows) {
      marks.learn();
      drawn = rows;
    },
    get detailRows() {
      return detailRows;
    },
    drewDetails(rows) {
      detailRows = rows;
    },
    reveal(key) {
      const kind = key.slice(0, key.indexOf(' '));
      if (arrangement !== 'tree' && LISTS[kind] !== arrangement) state.arrange('tree');
      view.reveal(key);
    },
    isThere: (key) => isInFleet(key, fleet, tree),
  };
  return state;
}

/** In the tree; lists have no branches. */
function isFoldedAway(key: string, tree: Tree, folded: ReadonlySet<string>): boolean {
  for (let home = tree.parentKeyOf(key); home !== undefined; home = tree.parentKeyOf(home)) {
    if (folded.has(home)) return true;
  }
  return false;
}

function isInFleet(key: string, fleet: Fleet, tree: Tree): boolean {
  const id = key.slice(key.indexOf(' ') + 1);
  if (key.startsWith('vm ')) return fleet.vms.has(id as VmId);
  return tree.indexOf(key) >= 0 || tree.parentKeyOf(key) !== undefined || fleet.nodes.has(id as NodeId);
}

/** A filter over nodes, which lets the VMs of those nodes through. */
function filterByNodes(text: string, fleet: Fleet): CompiledFilter & { readonly nodes: NodeFilter | undefined } {
  const { filter: nodes, ...more } = compileNodeFilter(text, fleet);
  const accepts = ({ node }: Vm) => {
    const home = node && fleet.nodes.get(node);
    return home !== undefined && nodes?.accepts(home) !== false;
  };
  return { ...more, nodes, filter: nodes && { ...nodes, accepts } };
}

/** The key of the row of a VM since that has moved to another endpoint. */
const movedKey = (fleet: Fleet, key: string): string | undefined => {
  const to = key.startsWith('vm ') ? fleet.movedTo(key.slice('vm '.length) as VmId) : undefined;
  return to && rowKey('vm', to);
};
