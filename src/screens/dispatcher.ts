import type { Action, ViewAction } from '../actions/action.ts';
import type { ViewActionId } from '../actions/view.ts';
import type { InputEvent, Key } from '../terminal/keys.ts';
import { isAbout } from './actions/subject.ts';
import { whyNotNow } from './actions/why-not-now.ts';
import type { Views } from './commands.ts';
import type { FleetState } from './fleet/fleet-state.ts';
import { keyName } from './keys.ts';
import type { Stage } from './stage.ts';

export interface DispatcherOptions {
  readonly stage: Stage;
  readonly state: FleetState;
  readonly views: Views;
  readonly command: (id: ViewActionId) => void;
  readonly run: (action: Exclude<Action, ViewAction>) => void;
}

/** Reach through whatever lies over the screen: a way out must always be there. */
const ALWAYS: readonly string[] = ['view.quit-now', 'view.suspend', 'view.repaint'];

/** The one place where keys come in. They go to the topmost layer, else to the view, else to the keymap's action. */
export function createDispatcher({
  stage,
  state,
  views,
  command,
  run,
}: DispatcherOptions): (event: InputEvent) => void {
  const dispatch = (action: Action) => {
    if (action.noun === 'view') command(action.id as ViewActionId);
    else run(action);
  };

  /** Of several actions on one key: the one for this very row, and that can run; else the first, which says why not. */
  const choose = (actions: readonly Action[]): Action | undefined => {
    const row = state.view.current();
    const marked = state.view.marks.size > 0;
    const own = actions.filter((action) => isAbout(action, row) || (marked && action.noun === 'vm'));
    const candidates = own.length > 0 ? own : actions;
    return candidates.find((action) => whyNotNow(action, stage.services, state) === undefined) ?? candidates[0];
  };

  const press = (key: Key) => {
    const name = keyName(key);
    const actions = stage.keymap.actionsOf(name);
    const always = actions.find(({ id }) => ALWAYS.includes(id));
    stage.message.seen();
    const { top } = stage.layers;
    if (always) dispatch(always);
    else if (top) top.press(key);
    else if (!views.current.press?.(name)) {
      const action = choose(actions);
      if (action) dispatch(action);
    }
    stage.changed();
  };

  return (event) => {
    if (event.kind === 'key') press(event);
    // What is pasted is text: it goes where text can be typed, and is never taken for commands.
    else if (event.kind === 'paste') stage.layers.top?.paste?.(event.text);
  };
}
