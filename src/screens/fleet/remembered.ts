import type { Clock } from '../../clock.ts';
import type { Store } from '../../state/store.ts';
import { openUiState } from '../../state/ui-state.ts';
import type { FleetState } from './fleet-state.ts';

/** What the fleet screen takes over from the last run. */
export interface Remembered {
  /** Somebody has begun to move: the cursor is theirs now. */
  letGo(): void;
  /** Keeps how things are now for the next run. */
  keep(): void;
}

/**
 * Folds what was folded, and puts the cursor where it was as soon as that row is there. To be called after the first frame,
 * since what keeps it takes a while to load.
 */
export async function recall(directory: string, clock: Clock, store: Store, state: FleetState): Promise<Remembered> {
  const kept = await openUiState(directory, clock);
  for (const key of kept.get('folded')) state.tree.fold(key, true);
  state.detailsShown = kept.get('details');
  const selected = kept.get('selected');
  const tryIt = () => {
    if (selected === '' || state.view.toKey(selected)) letGo();
  };
  const letGo = store.subscribe(tryIt);
  tryIt();
  return {
    letGo,
    keep() {
      letGo();
      kept.set('folded', [...state.folded]);
      kept.set('details', state.detailsShown);
      kept.set('selected', state.view.current()?.key ?? '');
      kept.flush();
    },
  };
}
