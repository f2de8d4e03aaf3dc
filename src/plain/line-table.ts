import { type Action, isMaker, type ObjectAction, type ViewAction } from '../actions/action.ts';
import { readListing } from '../actions/read-listing.ts';
import { shownOf } from '../actions/target.ts';
import type { OwnerId } from '../ids.ts';
import type { ListedKind } from '../platforms/contract.ts';
import { whyNotNow } from '../screens/actions/why-not-now.ts';
import type { FleetState } from '../screens/fleet/fleet-state.ts';
import type { Stage } from '../screens/stage.ts';
import type { TableFront } from '../screens/tables/table-front.ts';
import { cellText } from '../screens/tables/table-lines.ts';
import { type TableRow, tableRows } from '../screens/tables/table-rows.ts';
import type { KindColumn } from '../state/kind-spec.ts';
import { columnsOf, countOf, manyOf, specOf } from '../state/kinds.ts';
import type { Voice } from './voice.ts';

/** Lists are read one after the other: a voice has no room for more. */
const MOST_LISTS = 20;
const READ_MS = 20_000;

export interface LineTableOptions {
  readonly stage: Stage;
  readonly state: FleetState;
  readonly voice: Voice;
  readonly run: (action: Exclude<Action, ViewAction>) => void;
}

/** Reads what is under these VMs or endpoints, asks which of them is meant and what to do with it, and does that. */
export async function openLineTable(
  { stage, state, voice, run }: LineTableOptions,
  kind: ListedKind,
  all: readonly OwnerId[],
): Promise<void> {
  const under = all.slice(0, MOST_LISTS);
  const { services } = stage;
  for (const id of under) await readListing(kind, id, services, AbortSignal.timeout(READ_MS));
  if (all.length > under.length)
    voice.say(
      `the first ${under.length} of ${countOf(services.kinds, specOf(services.kinds, kind).under, all.length)}`,
    );
  const rows = tableRows(services.kinds, kind, under, services.store.fleet, '', undefined);
  voice.say(`${countOf(services.kinds, kind, rows.length)}:`);
  const verbs = stage.actions.filter(
    (action): action is ObjectAction => action.kind === 'object' && action.noun === kind,
  );
  const makers = verbs.filter(isMaker);
  const choices = [
    ...rows.map((row) => ({ label: spoken(columnsOf(services.kinds, kind), row), value: { row } })),
    ...makers.map((action) => ({ label: action.title, value: { action } })),
  ];
  const chosen = await stage.dialogs.pick<Choice>({
    title: `Which of the ${manyOf(services.kinds, kind)}`,
    choices: () => choices,
  });
  if (!chosen) return;
  const front = frontOf(stage, kind, under, 'row' in chosen ? chosen.row : undefined);
  const inFront = <Answer>(does: () => Answer): Answer => {
    const before = state.front;
    state.front = () => front;
    try {
      return does();
    } finally {
      state.front = before;
    }
  };
  if ('action' in chosen) return inFront(() => run(chosen.action));
  const able = verbs
    .filter(({ on }) => on === kind)
    .map((action) => ({ action, no: inFront(() => whyNotNow(action, services, state)) }));
  const verb = await stage.dialogs.pick({
    title: `What to do with ${chosen.row.row.name}`,
    choices: () =>
      able.map(({ action, no }) => ({
        label: no === undefined ? action.title : `${action.title}, not now: ${no}`,
        value: action,
      })),
  });
  if (verb) inFront(() => run(verb));
}

type Choice = { readonly row: TableRow } | { readonly action: ObjectAction };

const frontOf = (
  { services }: Stage,
  kind: ListedKind,
  under: readonly OwnerId[],
  row: TableRow | undefined,
): TableFront => {
  const shown = row && shownOf(kind, row.object.id, services);
  return { kind, under, chosen: () => (shown ? [shown] : []), isSeen: () => true, unmark: () => {} };
};

/** `before-upgrade, current yes, created 2026-11-21 12:03`. */
const spoken = (columns: readonly KindColumn[], { row }: TableRow): string =>
  columns
    .flatMap(({ id, title, type }) => {
      const text = cellText(row[id], type);
      return text === '' ? [] : [id === 'name' ? text : `${title.toLowerCase()} ${text}`];
    })
    .join(', ');
