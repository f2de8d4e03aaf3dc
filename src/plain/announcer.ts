import type { Clock } from '../clock.ts';
import type { FleetState } from '../screens/fleet/fleet-state.ts';
import type { Store } from '../state/fleet/store.ts';
import { nameOf, spokenRow, spokenState } from './spoken-row.ts';
import type { Voice } from './voice.ts';

/** Says where the cursor is, and what changes in that row. */
export interface Announcer {
  /** A key may have moved the cursor. `repeats`: also when it is on the same row, since something else about it changed. */
  moved(repeats?: boolean): void;
  /** Something landed. */
  landed(): void;
  stop(): void;
}

/** A held key says where it stops, not what it passed. */
const PASSES_MS = 120;
/** More often would talk over everything else. */
const CHANGES_MS = 2_000;

/** `empty` returns what is said where there is no row. */
export function createAnnouncer(
  state: FleetState,
  store: Store,
  clock: Clock,
  voice: Voice,
  empty: () => string,
): Announcer {
  const { fleet } = store;
  let key: string | undefined;
  let known = '';
  let saidAt = Number.NEGATIVE_INFINITY;
  let stopMove = () => {};
  let stopChange: (() => void) | undefined;

  const sayRow = () => {
    const row = state.view.current();
    saidAt = clock.ticks();
    key = row?.key;
    known = row ? spokenState(row, fleet) : '';
    voice.say(row ? spokenRow(row, fleet, state) : empty());
  };

  const sayChange = () => {
    stopChange = undefined;
    const row = state.view.current();
    if (!row || row.key !== key) return;
    const now = spokenState(row, fleet);
    if (now === known) return;
    known = now;
    voice.say(`${nameOf(row, fleet)}: ${now}`);
    stopChange = clock.after(CHANGES_MS, sayChange);
  };

  const moved = (repeats = false) => {
    if (!repeats && state.view.current()?.key === key) return;
    stopMove();
    const left = saidAt + PASSES_MS - clock.ticks();
    if (left <= 0) sayRow();
    else stopMove = clock.after(left, sayRow);
  };

  return {
    moved,
    landed() {
      // Of a fleet that is still coming in, the first row would be read out without its VMs.
      if (key === undefined && !store.settled) return;
      // The row that the cursor was on is gone, or the first one has come.
      if (state.view.current()?.key !== key) moved();
      else if (!stopChange) sayChange();
    },
    stop() {
      stopMove();
      stopChange?.();
    },
  };
}
