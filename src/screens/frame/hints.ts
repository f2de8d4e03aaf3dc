import type { Action } from '../../actions/action.ts';
import { isAbout } from '../actions/subject.ts';
import { whyNotNow } from '../actions/why-not-now.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { Hint } from '../layers.ts';
import type { Stage } from '../stage.ts';

/** Always of use, so it has its place behind what can be done with the row. */
const ALWAYS = ['view.filter', 'view.palette', 'view.help'];

/** The key bar of the fleet: the verbs of what is selected, those that can't run now dimmed; two on one key are shown once. */
export function fleetHints(stage: Stage, state: FleetState): readonly Hint[] {
  const row = state.view.current();
  const shown = new Map<string, Hint>();
  const put = (action: Action, no: string | undefined) => {
    const [key] = stage.keymap.keysOf(action.id);
    if (key === undefined) return;
    const known = shown.get(key);
    if (known && (!known.disabled || no !== undefined)) return;
    shown.set(key, { key, does: shortTitle(action), disabled: no !== undefined });
  };
  for (const action of stage.actions) {
    if (action.noun === 'view') continue;
    const isMarked = action.noun === 'vm' && state.view.marks.size > 0;
    if (isAbout(action, row) || isMarked || (!row && action.id === 'endpoint.add')) {
      put(action, whyNotNow(action, stage.services, state));
    }
  }
  const own = [...shown.values()];
  const always = stage.actions
    .filter(({ id }) => ALWAYS.includes(id))
    .flatMap((action) => {
      const [key] = stage.keymap.keysOf(action.id);
      return key === undefined ? [] : [{ key, does: shortTitle(action), always: true }];
    });
  return [...own, ...always];
}

const shortTitle = ({ title }: Action): string => title.toLowerCase().replace(/ (settings|endpoint|pool|vm)$/, '');
