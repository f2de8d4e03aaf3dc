import { spellProblem } from '../../state/config/problem.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import { whyNoVm } from '../actions/why-no-vm.ts';
import { wrapped } from '../components/wrap.ts';
import type { DetailsView } from '../details/details-view.ts';
import type { Hint } from '../frame/layers.ts';
import type { Room } from '../frame/look.ts';
import type { Stage, View } from '../stage.ts';
import { tableHints } from '../tables/table-view.ts';
import { columnsFor } from './columns.ts';
import { copyCommands } from './copy.ts';
import { createCutKeeper } from './cut-names.ts';
import { createDrawnRows } from './drawn-rows.ts';
import { createFind } from './find.ts';
import { fleetLayout, wantedLayout } from './fleet-layout.ts';
import { createFleetPointer } from './fleet-pointer.ts';
import type { FleetState } from './fleet-state.ts';
import { createListCommands } from './list-commands.ts';
import { longNames, titleText } from './row-text.ts';

/** The tree with the details of what the cursor is on. */
export function createFleetView(
  stage: Stage,
  state: FleetState,
  details: DetailsView,
  /** Begins with what is wanted now, before the next samples come. */
  sift: () => void,
  hints: () => readonly Hint[],
): View {
  const { view } = state;
  const { fleet } = stage.services.store;
  const drawRow = createDrawnRows();
  const cutFor = createCutKeeper();
  let page = 10;

  const treeLines = (room: Room): string[] => {
    const { theme, glyphs } = stage.look;
    const columns = columnsFor(room.columns, state.columnChoice());
    page = Math.max(1, room.rows - 1);
    const { rows } = view.window(page);
    const cut = cutFor(longNames(rows, columns.name, fleet));
    const { keyFor } = stage.advice;
    const scene = { theme, glyphs, fleet, sums: state.sums, columns, kept: state.kept()?.key, cut, keyFor };
    state.drew(rows);
    const cursorKey = view.current()?.key;
    const lines = rows.map((row) => {
      const cursor = row.key !== cursorKey ? 'none' : state.pane === 'tree' ? 'active' : 'resting';
      return drawRow(row, cursor, row.kind === 'vm' && view.marks.has(row.id), scene);
    });
    if (rows.length === 0) lines.push(...emptyLines(stage, state, room.columns));
    return [titleText(scene, state.sort), ...lines];
  };

  const moved = (move: () => void) => () => {
    move();
    details.follow();
    stage.changed();
  };
  /** Movement goes to the pane that has the keys. */
  const step = (rows: () => number) =>
    moved(() => {
      if (state.pane === 'details') details.scroll(rows());
      else view.step(rows());
    });

  const enter = () => {
    const row = view.current();
    if (row && state.arrangement === 'nodes') {
      state.arrange('tree');
      state.reveal(row.key);
      if ('open' in row && state.tree.isFolded(row.key)) view.expand();
    } else if (row?.kind === 'vm' || row?.kind === 'endpoint') state.pane = 'details';
    else view.toggle();
  };

  const find = createFind(
    stage,
    state,
    moved(() => {}),
  );
  const noVm = () => stage.message.say(`nothing to mark: ${whyNoVm(stage.services, state)}`, 'warning');
  const list = createListCommands(stage, state, () => {
    sift();
    details.follow();
    stage.changed();
  });

  /** The table in the details, while it has the keys: its cursor, marks, filter and order are meant then. */
  const table = () => (state.pane === 'details' ? details.table : undefined);
  const handlers: View['handlers'] = {
    'view.down': step(() => 1),
    'view.up': step(() => -1),
    'view.half-down': step(() => Math.ceil(page / 2)),
    'view.half-up': step(() => -Math.ceil(page / 2)),
    'view.page-down': step(() => page),
    'view.page-up': step(() => -page),
    'view.first': step(() => Number.NEGATIVE_INFINITY),
    'view.last': step(() => Number.POSITIVE_INFINITY),
    'view.expand': moved(() => {
      if (state.pane === 'details') details.turn(1);
      else if (state.arrangement === 'nodes') enter();
      else view.expand();
    }),
    'view.collapse': moved(() => (state.pane === 'details' ? details.turn(-1) : view.collapse())),
    'view.enter': moved(enter),
    'view.mark': moved(() => {
      const { markings } = view;
      view.toggleMark();
      if (view.markings === markings) noVm();
    }),
    'view.invert': moved(() => view.invertMarks()),
    'view.mark-shown': moved(() => {
      view.markShown();
      if (view.marks.size === 0) noVm();
      else stage.message.say(`${view.marks.size === 1 ? '1 VM is' : `${view.marks.size} VMs are`} marked`);
    }),
    'view.range': moved(() => {
      if (stage.services.store.fleet.vms.size === 0) noVm();
      else if (view.range()) stage.message.say('a range starts here: go to its other end and press the key again');
      else stage.message.say(`${view.marks.size} marked`);
    }),
    'view.next-pane': moved(() => {
      state.pane = state.pane === 'tree' ? 'details' : 'tree';
    }),
    'view.next-tab': moved(() => details.turn(1)),
    'view.previous-tab': moved(() => details.turn(-1)),
    'view.details': moved(() => {
      state.detailsShown = !state.detailsShown;
      if (!state.detailsShown) state.pane = 'tree';
    }),
    'view.back': moved(() => {
      if (state.pane === 'details') state.pane = 'tree';
      else if (view.marks.size > 0 || view.rangeOpen) view.clearMarks();
      else if (state.filterText !== '') state.setFilter('');
      else
        stage.message.say(
          `nothing is open or marked here; ${stage.keymap.keysOf('view.collapse')[0] ?? 'left'} goes up`,
        );
    }),
    ...list.handlers,
    'view.find-next': () => find(1),
    'view.find-previous': () => find(-1),
    ...copyCommands(stage, state),
  };

  return {
    id: 'fleet',
    title: 'fleet',
    lines(room) {
      const layout = fleetLayout(room, wantedLayout(state, details));
      state.drewDetails(layout.details?.side === 'below' ? layout.details.rows : 0);
      const left = filled(treeLines(layout.tree), layout.tree.rows);
      if (!layout.details) return left;
      const right = filled(details.lines(layout.details, state.pane === 'details'), layout.details.rows);
      if (layout.details.side === 'below') return [...left, ...right];
      const blank = ' '.repeat(layout.tree.columns);
      const divider = stage.look.theme.paint('border', stage.look.glyphs.vertical);
      return left.map((line, at) => `${line === '' ? blank : line}${divider}${right[at]}`);
    },
    hints() {
      const shown = table();
      return shown ? tableHints(stage, shown) : hints();
    },
    leadsAway: (id) => state.arrangement === 'nodes' && (id === 'view.enter' || id === 'view.expand'),
    point: createFleetPointer({ stage, state, details, enter, sortBy: list.sortBy }),
    table,
    get handlers() {
      const shown = table();
      return shown ? { ...handlers, ...shown.handlers } : handlers;
    },
  };
}

/** As many lines as the room has. */
function filled(lines: readonly string[], rows: number): string[] {
  return Array.from({ length: rows }, (_, at) => lines[at] ?? '');
}

/** What a tree without rows says: why it is empty and what to do. */
function emptyLines(stage: Stage, state: FleetState, columns: number): string[] {
  const { theme } = stage.look;
  const [filterKey] = stage.keymap.keysOf('view.back');
  const [addKey] = stage.keymap.keysOf('endpoint.add');
  if (state.filter.filter) {
    const text = clean(state.filterText);
    const { hint } = state.filter;
    return [
      '',
      `  No VM matches ${theme.paint('accent', fit(text, Math.min(40, width(text))))}.`,
      ...(hint ? wrapped(clean(`${hint.message}.`), columns - 4).map((line) => `  ${line}`) : []),
      theme.paint('dim', `  ${filterKey} clears the filter.`),
    ];
  }
  const unusable = stage.services
    .problems()
    .find(({ severity, endpoint }) => severity === 'error' && endpoint === undefined);
  if (unusable) {
    return [
      '',
      theme.paint('danger', "  The configuration can't be used."),
      ...wrapped(clean(spellProblem(unusable)), columns - 4).map((line) => `  ${line}`),
      theme.paint('dim', '  Fix the file: drover reloads it and will not overwrite it.'),
    ];
  }
  const [flatKey] = stage.keymap.keysOf(state.arrangement === 'nodes' ? 'view.nodes' : 'view.flat');
  if (state.arrangement !== 'tree' && stage.services.store.fleet.endpoints.size > 0) {
    const what = state.arrangement === 'nodes' ? 'nodes' : 'VMs';
    const why = `  ${flatKey} shows the endpoints, and what keeps them.`;
    return ['', theme.paint('title', `  No ${what} yet.`), theme.paint('dim', why)];
  }
  // For a moment at the start: they are known, and none has landed.
  if (stage.services.config().endpoints.size > 0) return ['', theme.paint('dim', '  Connecting…')];
  return [
    '',
    theme.paint('title', '  Nothing here yet.'),
    `  Press ${theme.paint('key', addKey ?? ':')} to add an endpoint: a libvirt host, for example.`,
  ];
}
