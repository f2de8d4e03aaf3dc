import { type Action, isMaker, objectOf } from '../../actions/action.ts';
import { isLibraryRow } from '../../state/query/library-rows.ts';
import { isAbout, userPoolUnder } from '../actions/subject.ts';
import { whyNotNow } from '../actions/why-not-now.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { Stage, View } from '../stage.ts';
import type { Hint } from './layers.ts';

/** What people do most, before the other verbs of the row: a narrow screen has room for these. */
const FIRST: readonly string[] = ['vm.start', 'vm.stop', 'vm.restart', 'vm.console', 'vm.edit', 'endpoint.connect'];
/** Behind the verbs of the row, as far as there is room and they can run. */
const ALSO: readonly string[] = [
  'endpoint.add',
  'view.tasks',
  'view.busiest',
  'view.sort',
  'endpoint.connect',
  'endpoint.edit',
  'network.list',
  'storage.list',
];
/** Always of use, so they have their place at the end. */
const ALWAYS: readonly string[] = ['view.filter', 'view.palette', 'view.help', 'view.quit'];

/** Of the verbs that work on all VMs below a branch, those that must be seen first. */
const FIRST_BELOW: readonly string[] = ['vm.stop', 'vm.kill'];

/** Shorter than their titles, where every column counts. */
const SHORT: Readonly<Record<string, string>> = {
  'view.busiest': 'busiest',
  'nic.list': 'NICs',
  'view.sort': 'sort',
  'view.palette': 'more',
  'endpoint.connect': 'reconnect',
  'node.move': 'move to pool',
  'template.create-vm': 'create VM',
};

/** Whether a key does this to every VM below the branch that the cursor is on. */
export const isForAllBelow = (action: Action, { view, sums }: FleetState): boolean => {
  if (
    action.kind !== 'object' ||
    action.on !== 'vm' ||
    action.danger === 'destroys' ||
    action.makes ||
    view.marks.size > 0
  )
    return false;
  const row = view.current();
  if (row?.kind !== 'pool' && row?.kind !== 'node') return false;
  const { counts } = row.kind === 'pool' ? sums.ofPool(row.id) : sums.ofNode(row.id);
  return counts.total > 0;
};

/** The key bar of the fleet: the verbs of what is selected, those that can't run now dimmed; two on one key are shown once. */
export function fleetHints(stage: Stage, state: FleetState): readonly Hint[] {
  const row = state.view.current();
  const shown = new Map<string, Hint>();
  const put = (action: Action, no: string | undefined, does = shortTitle(action)) => {
    const [key] = stage.keymap.keysOf(action.id);
    if (key === undefined) return;
    const known = shown.get(key);
    if (known && (!known.disabled || no !== undefined)) return;
    shown.set(key, { key, does, disabled: no !== undefined });
  };
  const below = stage.actions.filter((action) => isForAllBelow(action, state));
  const putBelow = (isFirst: boolean) => {
    for (const action of below) {
      if (FIRST_BELOW.includes(action.id) === isFirst)
        put(action, whyNotNow(action, stage.services, state), `${shortTitle(action)} all`);
    }
  };
  const own = stage.actions.filter(
    (action) =>
      action.kind !== 'view' &&
      // Lists of endpoints are for every row, with the others that are.
      !(action.kind === 'list' && action.on === 'endpoint') &&
      !isMaker(action) &&
      (isAbout(action, row) || (objectOf(action) === 'vm' && state.view.marks.size > 0)),
  );
  const putOwn = () => {
    for (const action of inOrder(own)) put(action, whyNotNow(action, stage.services, state));
  };
  const putOthers = () => {
    for (const action of named(stage, ALSO)) {
      if (whyNotNow(action, stage.services, state) === undefined) put(action, undefined);
    }
  };
  // A node, a pool of the user, an endpoint that is not connected and a template have verbs that are found nowhere else.
  const isRich =
    row?.kind === 'vm' ||
    row?.kind === 'node' ||
    row?.kind === 'endpoint' ||
    isLibraryRow(row) ||
    userPoolUnder(row) !== undefined;
  // What an endpoint waits for is what the user came for.
  const endpoint = row?.kind === 'endpoint' ? stage.services.store.fleet.endpoints.get(row.id) : undefined;
  const wanted = endpoint?.problem && stage.advice.actionFor(endpoint.problem);
  if (wanted) put(wanted, whyNotNow(wanted, stage.services, state));
  putBelow(true);
  for (const putSome of isRich || state.view.marks.size > 0 ? [putOwn, putOthers] : [putOthers, putOwn]) putSome();
  putBelow(false);
  const always = named(stage, ALWAYS).flatMap((action): readonly Hint[] => {
    const [key] = stage.keymap.keysOf(action.id);
    return key === undefined ? [] : [{ key, does: shortTitle(action), always: true }];
  });
  return [...shown.values(), ...always];
}

/** What the line at the bottom shows now: of the layer on top, else of the view; from any view but the fleet, the way back. */
export function hintsNow(stage: Stage, view: View): readonly Hint[] {
  const { top } = stage.layers;
  if (top) return top.hints();
  if (view.id === 'fleet' || view.fills) return view.hints();
  const ways = [
    ['view.back', 'back'],
    ['view.help', 'help'],
  ] as const;
  const always = ways.flatMap(([id, does]): readonly Hint[] => {
    const [key] = stage.keymap.keysOf(id);
    return key === undefined ? [] : [{ key, does, always: true }];
  });
  return [...view.hints(), ...always];
}

const inOrder = (actions: readonly Action[]): readonly Action[] => [
  ...actions.filter(({ id }) => FIRST.includes(id)).sort((a, b) => FIRST.indexOf(a.id) - FIRST.indexOf(b.id)),
  ...actions.filter(({ id }) => !FIRST.includes(id)),
];

const named = ({ actions }: Stage, ids: readonly string[]): readonly Action[] =>
  ids.flatMap((id) => actions.find((action) => action.id === id) ?? []);

const shortTitle = ({ id, title }: Action): string =>
  SHORT[id] ?? title.toLowerCase().replace(/ (settings|endpoint|pool|vm|template)$/, '');
