import type { Action } from '../../actions/action.ts';
import type { ViewActionId } from '../../actions/view.ts';
import { listedKinds } from '../../state/kinds.ts';
import { nodeVocabulary } from '../../state/query/node-filter.ts';
import type { InputEvent } from '../../terminal/keys.ts';
import { forThisRow } from '../actions/for-this-row.ts';
import type { ConsoleWays } from '../actions/run-attach.ts';
import { broadcastToMarked, leaveConsoles, showConsoles } from '../actions/run-consoles.ts';
import { makesHere } from '../actions/run-meant.ts';
import { createObjectRunner } from '../actions/run-object.ts';
import { createRunner } from '../actions/runner.ts';
import { isAbout } from '../actions/subject.ts';
import { whyNotNow } from '../actions/why-not-now.ts';
import { createConsoleView } from '../console/console-view.ts';
import { withConsoles } from '../console/with-consoles.ts';
import { createDetailsView } from '../details/details-view.ts';
import { createDispatcher } from '../dispatcher.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { createFleetView } from '../fleet/fleet-view.ts';
import { goTo } from '../fleet/go-to.ts';
import { createSifting } from '../fleet/sifting.ts';
import { followChoices } from '../follow-choices.ts';
import { fleetHints, isForAllBelow } from '../frame/hints.ts';
import { createEventsView } from '../lists/events-view.ts';
import { createNoticesView } from '../lists/notices-view.ts';
import { createSchedulesView } from '../lists/schedules-view.ts';
import { createTasksView } from '../lists/tasks-view.ts';
import { createWireLogView } from '../lists/wire-log-view.ts';
import { switchMouse } from '../mouse.ts';
import { openHelp } from '../prompts/help.tsx';
import { openPalette } from '../prompts/palette.tsx';
import { openProblems } from '../prompts/problems.tsx';
import type { Stage } from '../stage.ts';
import { createTableView, type OpenTable, type TableView } from '../tables/table-view.ts';
import { openThemePicker } from '../themes/theme-picker.tsx';
import { createCommands } from './commands.ts';
import { createJumps } from './jumps.ts';
import { askToQuit } from './quit.ts';
import { createViews, type Views } from './views.ts';

/** The screens, put together; drawn by Root. */
export interface Program {
  readonly views: Views;
  readonly onInput: (event: InputEvent) => void;
  /** Ends what listens and waits; resolves when what consoles have written is in its files. */
  close(): Promise<void>;
}

export function createProgram(stage: Stage, state: FleetState): Program {
  const { services } = stage;
  const details = createDetailsView(stage, state);
  const sifting = createSifting(state.tree, services.clock, () => {
    details.follow();
    stage.changed();
  });
  const vms = createObjectRunner(stage);
  const openTable: OpenTable = (kind, under, filter) => {
    jumps.leaving();
    tables[kind]?.openFor(under, filter);
    views.show(kind);
  };
  const ways: ConsoleWays = { show: () => views.show('console'), leave: () => leaveConsoles(stage, views) };
  const run = createRunner(stage, state, vms, details, openTable, ways);
  const tables: Readonly<Record<string, TableView>> = Object.fromEntries(
    listedKinds(services.kinds).map((kind) => [kind, createTableView(stage, kind, openTable)]),
  );
  const goThere = (id: string, name: string) => {
    jumps.leaving();
    if (!goTo(stage, state, id, name)) return;
    sifting.wake();
    views.show('fleet');
    details.follow();
  };
  const views = createViews(stage, {
    ...withConsoles(
      stage,
      createFleetView(stage, state, details, sifting.wake, () => fleetHints(stage, state)),
      createConsoleView(stage, ways),
      ways.show,
    ),
    tasks: createTasksView(stage, vms, goThere),
    events: createEventsView(stage, goThere),
    notifications: createNoticesView(stage, goThere),
    schedules: createSchedulesView(stage),
    'wire-log': createWireLogView(stage),
    ...tables,
  });
  state.front = () => views.current.table?.();

  const jumps = createJumps(stage, state, views, () => {
    sifting.wake();
    details.follow();
  });
  const whyNot = (action: Action) => whyNotNow(action, services, state);
  const command = createCommands({
    stage,
    views,
    jumps,
    state,
    openFilter: () =>
      stage.dialogs.filter({
        start: state.filterText,
        ...(state.arrangement === 'nodes' && { vocabulary: nodeVocabulary }),
        apply(text) {
          state.setFilter(text);
          // The row that is shown as chosen while the filter is typed is the one that enter keeps.
          state.toMatch('typed');
          sifting.wake();
          details.follow();
          return state.filter.problem;
        },
        step(rows) {
          state.view.step(rows);
          details.follow();
          stage.changed();
        },
        keep() {
          const wrong = state.filter.problem ?? state.filter.unfinished;
          if (wrong) stage.message.say(`not understood in the filter: ${wrong.message}`, 'warning');
          state.toMatch('chosen');
          details.follow();
        },
      }),
    openPalette: () =>
      openPalette(stage, {
        whyNot,
        run: forThisRow(stage, state, (action) =>
          action.kind === 'view' ? command(action.id as ViewActionId) : run(action),
        ),
      }),
    openHelp: () =>
      openHelp(stage, (action) => {
        const front = state.front();
        const isOwn = front
          ? action.noun === front.kind
          : isAbout(action, state.view.current()) || makesHere(action, stage, state);
        const isHere = action.kind === 'view' || isOwn;
        if (front) return isHere;
        return isForAllBelow(action, state) ? 'all below' : isHere;
      }),
    openThemes: () => void openThemePicker(stage).catch(stage.message.fail),
    openProblems: () => openProblems(stage),
    switchMouse: () => switchMouse(stage),
    openConsoles: () => showConsoles(stage, ways),
    broadcast: () => void broadcastToMarked(stage, state, ways).catch(stage.message.fail),
    quit: () => void askToQuit(stage),
  });
  const stops = [
    services.store.subscribe(details.refresh),
    services.store.subscribe(sifting.wake),
    sifting.stop,
    services.tasks.subscribe(stage.changed),
    services.notices.subscribe(stage.changed),
    followChoices(stage),
  ];
  details.follow();
  return {
    views,
    onInput: createDispatcher({ stage, state, views, command, run }),
    async close() {
      for (const stop of stops) stop();
      await stage.consoles.close();
    },
  };
}
