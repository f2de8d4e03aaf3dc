import type { Action } from '../actions/action.ts';
import { tourLines } from '../actions/tour.ts';
import type { ViewActionId } from '../actions/view.ts';
import { isAlwaysThere } from '../screens/actions/action-meant.ts';
import { forThisRow } from '../screens/actions/for-this-row.ts';
import { runMeant } from '../screens/actions/run-meant.ts';
import { createObjectRunner } from '../screens/actions/run-object.ts';
import { createRunner } from '../screens/actions/runner.ts';
import { createDetailsView } from '../screens/details/details-view.ts';
import type { FleetState } from '../screens/fleet/fleet-state.ts';
import { createFleetView } from '../screens/fleet/fleet-view.ts';
import { createSifting } from '../screens/fleet/sifting.ts';
import { keyName } from '../screens/keys.ts';
import { createCommands } from '../screens/program/commands.ts';
import { createJumps } from '../screens/program/jumps.ts';
import { askToQuit } from '../screens/program/quit.ts';
import type { Stage } from '../screens/stage.ts';
import type { InputEvent, Key } from '../terminal/keys.ts';
import { createAnnouncer } from './announcer.ts';
import { createEndpointUpdates } from './endpoint-updates.ts';
import { isLineLayer } from './line-form.ts';
import { openLineTable } from './line-table.ts';
import { createLineViews } from './line-views.ts';
import { askForCommand, readKeys, readProblems } from './prompts.ts';
import type { Typing } from './typing.ts';
import type { Voice } from './voice.ts';

export interface PlainProgram {
  readonly onInput: (event: InputEvent) => void;
  close(): void;
}

/** The same verbs, keys and state as on the screen; output and questions are lines. */
export function createPlainProgram(stage: Stage, state: FleetState, voice: Voice, typing: Typing): PlainProgram {
  const { services, message } = stage;
  const details = createDetailsView(stage, state);
  const announcer = createAnnouncer(state, services.store, services.clock, voice, () => emptiness(stage, state));
  const endpointUpdates = createEndpointUpdates(stage, state, voice);
  let sifted = () => {};
  const sifting = createSifting(state.tree, services.clock, () => {
    details.follow();
    sifted();
  });
  const vms = createObjectRunner(stage);
  const run = createRunner(stage, state, vms, details, (kind, under) => {
    openLineTable({ stage, state, voice, run }, kind, under).catch(message.fail);
  });
  const fleetView = createFleetView(stage, state, details, sifting.wake, () => []);
  const views = createLineViews({ stage, state, details, fleetView, vms, voice });

  const dispatch = (action: Action) => (action.kind === 'view' ? command(action.id as ViewActionId) : run(action));
  const tellFound = () => {
    sifted = () => {};
    const matches = state.matches();
    const what = state.arrangement === 'nodes' ? 'node' : 'VM';
    state.toMatch('chosen');
    voice.say(
      state.filterText === '' ? 'no filter' : `${matches} ${matches === 1 ? `${what} matches` : `${what}s match`}`,
    );
    announcer.moved(true);
  };
  const onlyOnScreen = (what: string) => () => voice.say(`${what} is for the full screen`);
  const command = createCommands({
    stage,
    views,
    jumps: createJumps(stage, state, views, sifting.wake),
    state,
    openFilter: () =>
      stage.dialogs.filter({
        start: state.filterText,
        apply(text) {
          state.setFilter(text);
          sifting.wake();
          if (state.tree.isAwaited) sifted = tellFound;
          else tellFound();
          return state.filter.problem;
        },
      }),
    openPalette: () =>
      void askForCommand(stage, state, typing, voice, forThisRow(stage, state, dispatch)).catch(message.fail),
    openHelp: () => readKeys(stage, state, voice),
    openThemes: onlyOnScreen('a theme'),
    openProblems: () => readProblems(stage, voice),
    switchMouse: onlyOnScreen('the mouse'),
    openConsoles: onlyOnScreen('a console that stays open'),
    broadcast: onlyOnScreen('typing into several consoles'),
    quit: () => void askToQuit(stage),
  });

  /** What a key may change about the row that the cursor is on. */
  const signs = (): string => {
    const row = state.view.current();
    return `${row?.key} ${row && 'open' in row && row.open} ${row?.kind === 'vm' && state.view.marks.has(row.id)}`;
  };

  const press = (key: Key) => {
    const before = signs();
    const marks = state.view.marks.size;
    const action = runMeant(stage, state, stage.keymap.actionsOf(keyName(key)), dispatch);
    if (!action) {
      voice.say(`${keyName(key)} has no meaning here; ${stage.keymap.keysOf('view.help')[0] ?? 'help'} reads the keys`);
      return;
    }
    const { top } = stage.layers;
    if (top && !isLineLayer(top)) {
      top.dismiss();
      onlyOnScreen(action.title)();
    }
    if (state.view.marks.size !== marks) voice.say(`${state.view.marks.size} marked`);
    if (signs() !== before) announcer.moved(true);
    else if (!state.view.current() && action.kind === 'view') announcer.moved(true);
    else if (action.id === 'view.down' || action.id === 'view.last') voice.say('the last row');
    else if (action.id === 'view.up' || action.id === 'view.first') voice.say('the first row');
    stage.changed();
  };

  let told = message.current;
  const tellMessage = () => {
    if (stage.tour.shown) {
      stage.tour.hide();
      voice.say(...tourLines(stage.keymap).map(([keys, does]) => `${keys}: ${does}`));
    }
    if (message.current === told) return;
    told = message.current;
    if (told) voice.say(told.fix === undefined ? told.text : `${told.text}. ${told.fix}`);
  };

  const stops = [
    stage.subscribe(tellMessage),
    services.store.subscribe(() => {
      details.refresh();
      sifting.wake();
      endpointUpdates.landed();
      announcer.landed();
    }),
    sifting.stop,
    announcer.stop,
  ];
  details.follow();
  if (services.config().endpoints.size === 0) announcer.moved(true);

  return {
    onInput(event) {
      const always = event.kind === 'key' ? stage.keymap.actionsOf(keyName(event)).find(isAlwaysThere) : undefined;
      if (always) dispatch(always);
      else if (!typing.take(event) && event.kind === 'key') press(event);
    },
    close() {
      for (const stop of stops) stop();
    },
  };
}

function emptiness({ services, keymap }: Stage, { filterText, arrangement }: FleetState): string {
  if (filterText !== '') return `No ${arrangement === 'nodes' ? 'node' : 'VM'} matches ${filterText}.`;
  if (services.config().endpoints.size > 0) return 'Connecting.';
  return `Nothing here yet. ${keymap.keysOf('endpoint.add')[0] ?? '-'} adds an endpoint.`;
}
