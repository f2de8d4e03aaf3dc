import type { ObjectRunner } from '../screens/actions/run-object.ts';
import type { DetailsView } from '../screens/details/details-view.ts';
import type { FleetState } from '../screens/fleet/fleet-state.ts';
import { createEventsView } from '../screens/lists/events-view.ts';
import { createNoticesView } from '../screens/lists/notices-view.ts';
import { createTasksView } from '../screens/lists/tasks-view.ts';
import { createWireLogView } from '../screens/lists/wire-log-view.ts';
import type { Views } from '../screens/program/views.ts';
import type { Stage, View, ViewId } from '../screens/stage.ts';
import type { Voice } from './voice.ts';

/** One fact a line. */
const COLUMNS = 74;
const ROOM = { columns: COLUMNS, rows: 200, side: 'right' } as const;
/** Name, tabs and a blank line. */
const TITLE_LINES = 3;
/** The newest entries are read out; the command line lists all of them. */
const LIST = { columns: 200, rows: 12 };
/** The cursor's details are looked up a moment after it came there. */
const FOLLOWED_MS = 150;
const LOADED_MS = 5_000;
const STEP_MS = 100;
/** A trend is a picture: nothing is left of it to read. */
const DRAWN = /^\s*CPU history\s*$/;

/** No cursor is in a list that is read out. */
const readOnly = () => {};

export interface LineViewsOptions {
  readonly stage: Stage;
  readonly state: FleetState;
  readonly details: DetailsView;
  readonly fleetView: View;
  readonly vms: ObjectRunner;
  readonly voice: Voice;
}

/** The fleet is where one always is; other views are read out and left again. */
export function createLineViews({ stage, state, details, fleetView, vms, voice }: LineViewsOptions): Views {
  const { clock } = stage.services;
  const lists: Readonly<Partial<Record<ViewId, View>>> = {
    tasks: createTasksView(stage, vms, readOnly),
    events: createEventsView(stage, readOnly),
    notifications: createNoticesView(stage, readOnly),
    'wire-log': createWireLogView(stage),
  };
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const read = () =>
    details
      .lines(ROOM, false)
      .slice(TITLE_LINES)
      .filter((line) => !DRAWN.test(line));

  const sayDetails = async (key: string | undefined) => {
    await pause(FOLLOWED_MS);
    const until = clock.ticks() + LOADED_MS;
    while (read().some((line) => /loading…/.test(line)) && clock.ticks() < until) await pause(STEP_MS);
    // Who has moved on wants to hear of something else.
    if (state.view.current()?.key === key) voice.say(`${details.tab}:`, ...read());
  };
  const tellDetails = (turn = 0) => {
    state.pane = 'tree';
    if (turn !== 0) details.turn(turn);
    else details.follow();
    void sayDetails(state.view.current()?.key).catch(stage.message.fail);
  };

  const tellRange = (by: number) => {
    if (details.turnRange(by)) tellDetails();
    else voice.say('only charts go further back');
  };

  const current: View = {
    ...fleetView,
    handlers: {
      ...fleetView.handlers,
      'view.enter': () => {
        if (state.view.current()?.kind === 'vm') tellDetails();
        else fleetView.handlers['view.enter']?.();
      },
      'view.details': () => tellDetails(),
      'view.next-pane': () => tellDetails(),
      'view.next-tab': () => tellDetails(1),
      'view.previous-tab': () => tellDetails(-1),
      'view.further-back': () => tellRange(1),
      'view.less-far-back': () => tellRange(-1),
    },
  };
  return {
    current,
    show(id) {
      const list = lists[id];
      if (!list) return;
      const read = () => {
        const leave = list.enter?.();
        voice.say(`${list.title}:`, ...list.lines(LIST));
        leave?.();
      };
      if (list.load) void list.load().then(read, stage.message.fail);
      else read();
    },
  };
}
