import type { Action } from '../../actions/action.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { Stage } from '../stage.ts';
import { makesNew } from './run-meant.ts';

/**
 * For an action that takes a while to be chosen: by then the row that it was meant for may be gone, and another one under the
 * cursor in its place. That one is left alone, which is said.
 */
export function forThisRow(stage: Stage, state: FleetState, run: (action: Action) => void): (action: Action) => void {
  const meant = state.view.current()?.key;
  return (action) => {
    const needsRow = action.kind !== 'view' && !makesNew(action);
    if (!needsRow || state.view.current()?.key === meant) run(action);
    else stage.message.say(`${action.title}: what it was for is gone`, 'warning');
  };
}
