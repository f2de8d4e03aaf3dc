import type { ViewActionId } from '../../actions/view.ts';
import { hasNodeValue } from '../../state/query/node-columns.ts';
import { type Sort, sortBy, spellSort } from '../../state/query/sort.ts';
import { type VmColumn, vmColumn, vmColumns } from '../../state/query/vm-columns.ts';
import type { Stage } from '../stage.ts';
import { type Arrangement, wantedColumns } from './columns.ts';
import { exportShown } from './export.ts';
import type { FleetState } from './fleet-state.ts';
import { openSavedViews } from './saved-views.ts';
import { treeColumns } from './tree-columns.ts';

const SAID: Readonly<Record<Arrangement, string>> = {
  tree: 'VMs below their nodes',
  flat: 'all VMs in one list',
  nodes: 'all nodes in one list; enter goes to their VMs',
};

export interface ListCommands {
  readonly handlers: Partial<Record<ViewActionId, () => void>>;
  /** By a column; where that is what it is sorted by, the other way. */
  sortBy(id: string): void;
}

/** How the list is looked at: sorted by what, flat or as a tree, with which columns; and what can be done with it as a whole. */
export function createListCommands(stage: Stage, state: FleetState, changed: () => void): ListCommands {
  const { message } = stage;
  /** What the busiest are shown in place of. */
  let before: { readonly sort: Sort | undefined; readonly arrangement: Arrangement } | undefined;

  const sort = (next: Sort | undefined, at?: 'row') => {
    state.setSort(next, at);
    changed();
    message.say(`sorted by ${next ? spelled(next) : 'name'}${state.arrangement === 'tree' ? ', below each node' : ''}`);
  };

  const sorts = ({ id, drawn }: VmColumn) => !drawn && (state.arrangement !== 'nodes' || hasNodeValue(id));
  /** What can be sorted by, from left to right as it is shown. */
  const shown = (): readonly VmColumn[] => {
    const ids = wantedColumns({ ...state.columnChoice(), sort: undefined });
    return ['name', ...ids].flatMap((id) => vmColumn(id) ?? []).filter(sorts);
  };
  const step = (by: number) => () => {
    const columns = shown();
    const at = columns.findIndex(({ id }) => id === (state.sort?.by.id ?? 'name'));
    const next = columns[(at + by + columns.length) % columns.length];
    if (next) sort(sortBy(next));
  };
  const reversed = (): Sort | undefined => {
    const by = state.sort?.by ?? vmColumn('name');
    return by && { by, descending: !state.sort?.descending };
  };

  const sortByColumn = (column: VmColumn) => {
    sort(column.id === (state.sort?.by.id ?? 'name') ? reversed() : sortBy(column));
  };

  const askForSort = async () => {
    const first = shown();
    const others = vmColumns.filter((column) => sorts(column) && !first.includes(column));
    const current = state.sort?.by.id ?? 'name';
    const { ascending, descending } = stage.look.glyphs;
    const chosen = await stage.dialogs.pick({
      title: 'Sort by',
      choices: () =>
        [...first, ...others].map((column) => ({
          value: column,
          label: `${column.id.padEnd(10)}${column.id === current ? (state.sort?.descending ? descending : ascending) : ' '} ${column.help}`,
        })),
    });
    if (chosen) sortByColumn(chosen);
  };

  const arrange = (next: Arrangement) => {
    // The order of the busiest belongs to them, unless another one was chosen since.
    const wasBusiest = isArranged(state, 'view.busiest');
    state.arrange(next);
    if (wasBusiest) state.setSort(before?.sort, 'row');
    before = undefined;
    changed();
    message.say(SAID[next]);
  };

  return {
    sortBy(id) {
      const column = vmColumn(id === 'trend' ? 'cpu' : id);
      if (column) sortByColumn(column);
    },
    handlers: {
      'view.sort': () => void askForSort().catch(message.fail),
      'view.sort-next': step(1),
      'view.sort-previous': step(-1),
      'view.reverse': () => sort(reversed()),
      'view.fleet'() {
        if (state.arrangement !== 'tree') arrange('tree');
      },
      'view.flat': () => arrange(state.arrangement === 'flat' ? 'tree' : 'flat'),
      'view.nodes': () => arrange(state.arrangement === 'nodes' ? 'tree' : 'nodes'),
      'view.busiest'() {
        const cpu = vmColumn('cpu');
        if (!cpu) return;
        if (isArranged(state, 'view.busiest')) {
          state.arrange(before?.arrangement ?? 'tree');
          sort(before?.sort, 'row');
          before = undefined;
        } else {
          before = { sort: state.sort, arrangement: state.arrangement };
          state.arrange('flat');
          sort(sortBy(cpu));
        }
      },
      'view.columns': () => stage.dialogs.columns(treeColumns(state)),
      'view.views': () => void openSavedViews(stage, state, changed).catch(message.fail),
      'view.export': () => void exportShown(stage, state).catch(message.fail),
    },
  };
}

/** Whether the list already looks as this would make it look. */
export function isArranged(
  { arrangement, sort }: FleetState,
  id: 'view.nodes' | 'view.busiest' | 'view.flat',
): boolean {
  if (id === 'view.nodes') return arrangement === 'nodes';
  return arrangement === 'flat' && (id === 'view.flat' || sort?.by.id === 'cpu');
}

/** `cpu`, or `cpu, the other way round`. */
const spelled = (sort: Sort): string => spellSort(sort).replace(/:.*/, ', the other way round');
