import type { VmId } from '../../ids.ts';
import { nextMatch } from '../../state/query/next-match.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import type { Stage } from '../stage.ts';
import type { FleetState } from './fleet-state.ts';

const LONGEST = 40;

/**
 * From match to match of the filter, or of the last one when there is none any more: `/web`, esc, and then through the
 * whole tree. A large fleet is looked through in steps, so that keys get in between.
 */
export function createFind(stage: Stage, state: FleetState, moved: () => void): (by: 1 | -1) => void {
  const { message, keymap } = stage;
  const { clock, store } = stage.services;
  let cancel = () => {};

  return (by) => {
    cancel();
    const { sought } = state;
    if (!sought) {
      const [filter = 'the filter'] = keymap.keysOf('view.filter');
      const [next = 'this'] = keymap.keysOf('view.find-next');
      message.say(`${filter} first: it says what to look for, and ${next} goes from match to match`, 'warning');
      return;
    }
    const fits = (id: VmId): boolean => {
      const vm = store.fleet.vms.get(id);
      return vm !== undefined && sought.filter.accepts(vm);
    };
    const words = clean(sought.text);
    const text = fit(words, Math.min(width(words), LONGEST));
    const row = state.view.current();
    const search = nextMatch(state.tree, row ? state.tree.indexOf(row.key) : 0, by, fits);
    const goOn = () => {
      const { done, value: match } = search.next();
      if (!done) cancel = clock.after(0, goOn);
      else if (!match) message.say(`no VM matches ${text}`, 'warning');
      else {
        state.reveal(match.key);
        if (match.round) message.say(`${text}: on from the ${by === 1 ? 'top' : 'bottom'}`);
        else if (state.filterText === '') message.say(`${text}: ${by === 1 ? 'the next one' : 'the one before'}`);
        moved();
      }
    };
    goOn();
  };
}
