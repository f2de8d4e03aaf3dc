import { spellView, type ViewSettings } from '../../state/config/views.ts';
import type { Arrangement } from '../fleet/columns.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { Stage, ViewId } from '../stage.ts';
import type { Views } from './views.ts';

/**
 * Where one has been, as a browser keeps it: a place is a view with its row, filter and order. It is kept as it was when it
 * was left, so that back and forward find it so. Steps from row to row are no jumps.
 */
export interface Jumps {
  /** To be called before what may lead far away. Nothing is kept twice, so it may lead nowhere as well. */
  leaving(): void;
  back(): void;
  forward(): void;
}

interface Place {
  readonly view: ViewId;
  /** The row of the fleet that the cursor was on. */
  readonly row: string | undefined;
  readonly list: ViewSettings;
  readonly arrangement: Arrangement;
}

const MOST = 100;

export function createJumps(stage: Stage, state: FleetState, views: Views, sift: () => void): Jumps {
  let places: Place[] = [];
  /** The place that one is at; behind the last one while it has not been left yet. */
  let at = 0;

  const here = (): Place => ({
    view: views.current.id,
    row: state.view.current()?.key,
    list: state.settings(),
    arrangement: state.arrangement,
  });

  /** False when its row is not there any more. */
  const go = ({ view, row, list, arrangement }: Place): boolean => {
    if (row !== undefined && !state.isThere(row)) return false;
    if (views.current.id !== view) views.show(view);
    if (arrangement !== state.arrangement || spellView(list) !== spellView(state.settings())) {
      state.take(list, arrangement);
      sift();
    }
    if (row !== undefined) state.reveal(row);
    stage.changed();
    return true;
  };

  const travel = (by: 1 | -1, none: string) => {
    const from = here();
    if (at === places.length) places.push(from);
    else places[at] = from;
    for (let next = at + by; next >= 0 && next < places.length; next += by) {
      const place = places[next] as Place;
      if (isSame(place, from) || !go(place)) continue;
      at = next;
      return;
    }
    stage.message.say(none);
  };

  return {
    leaving() {
      const from = here();
      places = places.slice(0, at).slice(-MOST);
      const last = places.at(-1);
      if (!last || !isSame(last, from)) places.push(from);
      at = places.length;
    },
    back: () => travel(-1, 'there is no place before this one to go back to'),
    forward: () => travel(1, 'there is no place to go forward to: that is where you came back from'),
  };
}

const isSame = (one: Place, other: Place): boolean =>
  one.view === other.view &&
  one.row === other.row &&
  one.arrangement === other.arrangement &&
  spellView(one.list) === spellView(other.list);
