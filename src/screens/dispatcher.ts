import type { Action, ViewAction } from '../actions/action.ts';
import type { ViewActionId } from '../actions/view.ts';
import type { InputEvent, Key, Mouse } from '../terminal/keys.ts';
import { isAlwaysThere } from './actions/action-meant.ts';
import { runMeant } from './actions/run-meant.ts';
import type { FleetState } from './fleet/fleet-state.ts';
import { keyName } from './keys.ts';
import { createPointer } from './program/pointer.ts';
import type { Views } from './program/views.ts';
import type { Stage } from './stage.ts';

export interface DispatcherOptions {
  readonly stage: Stage;
  readonly state: FleetState;
  readonly views: Views;
  readonly command: (id: ViewActionId) => void;
  readonly run: (action: Exclude<Action, ViewAction>) => void;
}

/** The one place where keys and clicks come in. Keys go to the topmost layer, else to the view, else to the keymap's action. */
export function createDispatcher({
  stage,
  state,
  views,
  command,
  run,
}: DispatcherOptions): (event: InputEvent) => void {
  const dispatch = (action: Action) => {
    const front = state.front();
    if (action.kind === 'view') command(action.id as ViewActionId);
    else if (views.current.id === 'fleet' || (front && action.noun === front.kind)) run(action);
    else {
      // The row that it would act on is behind this view: the user must not start or stop what is not visible.
      const [key = 'esc'] = stage.keymap.keysOf('view.fleet');
      stage.message.say(`${action.title}: go back to the fleet first; ${key} leads there`, 'warning');
    }
  };

  const press = (key: Key) => {
    const name = keyName(key);
    const actions = stage.keymap.actionsOf(name);
    const always = actions.find(isAlwaysThere);
    stage.message.seen();
    const { top } = stage.layers;
    const { shown } = stage.tour;
    stage.tour.hide();
    // Every key closes the tour and does what it always does; there is nothing to go back from but the tour.
    if (shown && name === 'esc' && !top) return stage.changed();
    if (always) dispatch(always);
    else if (top) top.press(key);
    else if (!views.current.press?.(name)) runMeant(stage, state, actions, dispatch);
    stage.changed();
  };

  const pointAt = createPointer(stage, views, press);
  const point = (event: Mouse) => {
    pointAt(event);
    if (event.action !== 'press') return;
    // Behind it: what stood at the bottom when it was clicked decides what was meant.
    stage.message.seen();
    stage.tour.hide();
  };

  return (event) => {
    if (!stage.layers.top && views.current.take?.(event)) return;
    if (event.kind === 'key') press(event);
    else if (event.kind === 'mouse') point(event);
    // What is pasted is text: it goes where text can be typed, and is never taken for commands.
    else if (event.kind === 'paste') stage.layers.top?.paste?.(event.text);
  };
}
