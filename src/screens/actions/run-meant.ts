import { type Action, isMaker } from '../../actions/action.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { Stage } from '../stage.ts';
import { actionMeant } from './action-meant.ts';
import { isAbout, userPoolUnder } from './subject.ts';
import { whyNotNow } from './why-not-now.ts';

/** Runs what a key means here, and answers it. Where it makes something new and could make several things, it is asked which. */
export function runMeant(
  stage: Stage,
  state: FleetState,
  actions: readonly Action[],
  dispatch: (action: Action) => void,
): Action | undefined {
  const front = state.front();
  // A table has the keys of its own kind; the others keep theirs.
  const inTable = front ? actions.filter(({ kind, noun }) => kind === 'object' && noun === front.kind) : [];
  if (inTable.length > 0) {
    const action = inTable.find((one) => whyNotNow(one, stage.services, state) === undefined) ?? inTable[0];
    if (action) dispatch(action);
    return action;
  }
  // In the library its own verbs are meant: what is made elsewhere has no place there.
  const ofLibrary = actions.find((action) => action.kind === 'template' && isAbout(action, state.view.current()));
  if (ofLibrary) {
    dispatch(ofLibrary);
    return ofLibrary;
  }
  const makers = actions.filter((action) => makesHere(action, stage, state));
  if (makers.length > 1 && stage.services.config().endpoints.size > 0) {
    void askWhich(stage, state, makers, dispatch).catch(stage.message.fail);
    return makers[0];
  }
  // Before there is an endpoint nothing else is worth making.
  const action = makers.find(({ noun }) => noun === 'endpoint') ?? actionMeant(actions, stage.services, state);
  if (action) dispatch(action);
  return action;
}

/** What can be made where the cursor is. */
export const makesHere = (action: Action, stage: Stage, state: FleetState): boolean =>
  makesNew(action) || makesUnder(action, stage, state);

/** What is for no row that is there already. */
export const makesNew = (action: Action): boolean =>
  (action.kind === 'config' && !action.onExisting) || (action.kind === 'form' && action.form === 'add');

/** What is made under the row that the cursor is on, or under what is marked: a snapshot of a VM. */
const makesUnder = (action: Action, { services }: Stage, state: FleetState): boolean =>
  isMaker(action) && whyNotNow(action, services, state) === undefined;

/** A pool comes first where the cursor is on one that it would be made in, else an endpoint. */
async function askWhich(
  stage: Stage,
  state: FleetState,
  makers: readonly Action[],
  dispatch: (action: Action) => void,
): Promise<void> {
  const first = userPoolUnder(state.view.current()) === undefined ? 'endpoint' : 'pool';
  const rank = ({ noun }: Action) => (noun === first ? 0 : 1);
  const chosen = await stage.dialogs.pick({
    title: 'Add what?',
    choices: () =>
      makers.toSorted((a, b) => rank(a) - rank(b)).map((action) => ({ label: action.title, value: action })),
  });
  if (chosen) dispatch(chosen);
}
