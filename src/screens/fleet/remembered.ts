import type { Clock } from '../../clock.ts';
import { openUiState, type UiState } from '../../state/files/ui-state.ts';
import type { Store } from '../../state/fleet/store.ts';
import { readSort, spellSort } from '../../state/query/sort.ts';
import { vmColumn } from '../../state/query/vm-columns.ts';
import type { Stage } from '../stage.ts';
import { NARROWEST, WIDEST } from './columns.ts';
import type { FleetState } from './fleet-state.ts';

/** What the fleet screen takes over from the last run. */
export interface Remembered {
  /** The user has not run drover here before. */
  readonly isFirst: boolean;
  /** The user has begun to move: from now on the cursor stays where they put it. */
  letGo(): void;
  /** Saves the present state for the next run. */
  keep(): void;
}

/**
 * Folds what was folded, sorts as it was sorted, and puts the cursor where it was as soon as that row is there. To be called after the first frame,
 * since what keeps it takes a while to load.
 */
export async function recall(
  directory: string,
  clock: Clock,
  store: Store,
  state: FleetState,
  tableColumns: Stage['tableColumns'],
): Promise<Remembered> {
  const kept = await openUiState(directory, clock);
  for (const key of kept.get('folded')) state.tree.fold(key, true);
  state.detailsShown = kept.get('details');
  recallList(kept, state);
  for (const words of kept.get('tableColumns')) {
    const [kind = '', ...ids] = words.split(' ');
    if (ids.length > 0) tableColumns.set(kind, ids);
  }
  const toured = kept.get('toured');
  kept.set('toured', true);
  const selected = kept.get('selected');
  const tryIt = () => {
    // In a sorted list the user wants to see the first row, while more and more rows come in.
    if (state.arrangement === 'flat' && state.sort) state.view.toTop();
    else if (selected === '' || state.view.toKey(selected)) letGo();
  };
  const letGo = store.subscribe(tryIt);
  tryIt();
  return {
    isFirst: !toured,
    letGo,
    keep() {
      letGo();
      kept.set('folded', [...state.folded]);
      kept.set('details', state.detailsShown);
      keepList(kept, state);
      kept.set(
        'tableColumns',
        Array.from(tableColumns, ([kind, ids]) => [kind, ...ids].join(' ')),
      );
      kept.set('selected', state.view.current()?.key ?? '');
      kept.flush();
    },
  };
}

/** Columns that this version does not have are left out. */
function recallList(kept: UiState, state: FleetState): void {
  const known = (ids: readonly string[]) => {
    const found = ids.filter((id) => vmColumn(id));
    return found.length > 0 ? found : undefined;
  };
  state.columns.tree = known(kept.get('treeColumns'));
  state.columns.flat = known(kept.get('flatColumns'));
  state.columns.nodes = known(kept.get('nodeColumns'));
  for (const word of kept.get('widths')) {
    const [id = '', width = ''] = word.split(' ');
    if (Number(width) >= NARROWEST && Number(width) <= WIDEST) state.widths.set(id, Math.round(Number(width)));
  }
  const sort = readSort(kept.get('sort'));
  if (kept.get('flat')) state.arrange('flat');
  if (typeof sort !== 'string') state.setSort(sort);
}

function keepList(kept: UiState, state: FleetState): void {
  kept.set('treeColumns', state.columns.tree ?? []);
  kept.set('flatColumns', state.columns.flat ?? []);
  kept.set('nodeColumns', state.columns.nodes ?? []);
  kept.set(
    'widths',
    Array.from(state.widths, ([id, width]) => `${id} ${width}`),
  );
  kept.set('flat', state.arrangement === 'flat');
  kept.set('sort', state.sort ? spellSort(state.sort) : '');
}
