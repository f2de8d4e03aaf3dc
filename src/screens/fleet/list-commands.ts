import type { ViewActionId } from '../../actions/view.ts';
import { type Sort, sortBy, spellSort } from '../../state/sort.ts';
import { type VmColumn, vmColumn, vmColumns } from '../../state/vm-columns.ts';
import type { Stage } from '../stage.ts';
import { wantedColumns } from './columns.ts';
import { exportShown } from './export.ts';
import type { FleetState } from './fleet-state.ts';
import { openSavedViews } from './saved-views.ts';

export interface ListCommands {
  readonly handlers: Partial<Record<ViewActionId, () => void>>;
  /** By a column; where that is what it is sorted by, the other way. */
  sortBy(id: string): void;
}

/** How the list is looked at: sorted by what, flat or as a tree, with which columns; and what can be done with it as a whole. */
export function createListCommands(stage: Stage, state: FleetState, changed: () => void): ListCommands {
  const { message } = stage;
  /** What the busiest are shown in place of. */
  let before: { readonly sort: Sort | undefined; readonly flat: boolean } | undefined;

  const sort = (next: Sort | undefined) => {
    state.setSort(next);
    changed();
    message.say(`sorted by ${next ? spelled(next) : 'name'}${state.flat ? '' : ', below each node'}`);
  };

  /** What can be sorted by, from left to right as it is shown. */
  const shown = (): readonly VmColumn[] => {
    const ids = wantedColumns({ ...state.columnChoice(), sort: undefined });
    return ['name', ...ids].flatMap((id) => vmColumn(id) ?? []).filter(({ drawn }) => !drawn);
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
    const others = vmColumns.filter((column) => !column.drawn && !first.includes(column));
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

  const flat = (next: boolean) => {
    state.setFlat(next);
    changed();
    message.say(next ? 'all VMs in one list' : 'VMs below their nodes');
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
        if (state.flat) flat(false);
      },
      'view.flat': () => flat(!state.flat),
      'view.busiest'() {
        const cpu = vmColumn('cpu');
        if (!cpu) return;
        if (state.flat && state.sort?.by === cpu) {
          state.setFlat(before?.flat ?? false);
          sort(before?.sort);
        } else {
          before = { sort: state.sort, flat: state.flat };
          state.setFlat(true);
          sort(sortBy(cpu));
        }
      },
      'view.columns': () => stage.dialogs.columns(state),
      'view.views': () => void openSavedViews(stage, state, changed).catch(message.fail),
      'view.export': () => void exportShown(stage, state).catch(message.fail),
    },
  };
}

/** `cpu`, or `cpu, the other way round`. */
const spelled = (sort: Sort): string => spellSort(sort).replace(/:.*/, ', the other way round');
