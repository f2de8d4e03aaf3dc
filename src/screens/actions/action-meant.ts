import { type Action, objectOf } from '../../actions/action.ts';
import type { Services } from '../../actions/services.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { isAbout } from './subject.ts';
import { whyNotNow } from './why-not-now.ts';

/** Reach through whatever question is open: a way out must always be there. */
const ALWAYS: readonly string[] = ['view.quit-now', 'view.suspend', 'view.repaint'];

export const isAlwaysThere = ({ id }: Action): boolean => ALWAYS.includes(id);

/** Of several actions on one key: the one for this very row, and that can run; else the first, which says why not. */
export function actionMeant(actions: readonly Action[], services: Services, state: FleetState): Action | undefined {
  const row = state.view.current();
  const marked = state.view.marks.size > 0;
  const own = actions.filter((action) => isAbout(action, row) || (marked && objectOf(action) === 'vm'));
  const candidates = own.length > 0 ? own : actions;
  return candidates.find((action) => whyNotNow(action, services, state) === undefined) ?? candidates[0];
}
