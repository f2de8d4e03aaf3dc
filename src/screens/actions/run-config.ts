import type { ConfigAction } from '../../actions/action.ts';
import { poolVariablesAction } from '../../actions/pool.ts';
import { isEndpointName, type NodeId, userPoolId, type VmId } from '../../ids.ts';
import type { Settings } from '../../platforms/contract.ts';
import { poolNameComplaint } from '../../state/config/read-pools.ts';
import { rowKey } from '../../state/query/tree.ts';
import { clean } from '../../terminal/width.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { editVariables } from '../forms/variables-dialog.ts';
import type { Stage } from '../stage.ts';
import { hasDefinitions, moveWithDefinitions } from './definitions/move-definitions.ts';
import { configSubject, userPoolUnder } from './subject.ts';

/** Changes pools, endpoints and where nodes hang: asks for what is missing, writes it, and says what is true then. */
export async function runConfig(stage: Stage, state: FleetState, action: ConfigAction): Promise<void> {
  const row = state.view.current();
  if (action === poolVariablesAction) {
    const pool = userPoolUnder(row);
    if (pool !== undefined) editVariables(stage, pool);
    return;
  }
  // What the questions show: a change of the same by another program is a conflict, not an answer to them.
  const basedOn = stage.services.config();
  const asked = await ask(stage, state, action);
  if (!asked) return;
  const { subject, args } = asked;
  if (action.danger !== 'none') {
    const question = `${action.title} ${nameOf(stage, subject)}?`;
    const details = action.loses?.(subject).map((loss) => `Leaves drover: ${loss}`) ?? [];
    if (!(await stage.dialogs.confirm({ title: action.title, question, details }))) return;
  }
  const { services } = stage;
  const change = action.change(subject, args, services.configEdit());
  if (change.kind === 'node-move' && hasDefinitions(change, basedOn)) {
    if (!(await moveWithDefinitions(stage, change, basedOn))) return;
  } else await services.changeConfig(change, basedOn);
  // A pool that was made or renamed may have come up far away from the cursor.
  const pool = action.id === 'pool.add' ? subject : action.id === 'pool.rename' ? String(args['to']) : undefined;
  if (pool !== undefined) goWhenThere(stage, state, rowKey('pool', userPoolId(pool)));
  stage.message.say(action.said(nameOf(stage, subject), args), 'good');
}

/** Puts the cursor on a row that is about to land; gives up when all has landed without it. */
function goWhenThere(stage: Stage, state: FleetState, key: string): void {
  const { store } = stage.services;
  const tryIt = () => {
    const isThere = state.view.toKey(key);
    if (isThere || store.settled) stop();
    if (isThere) stage.changed();
  };
  const stop = store.subscribe(tryIt);
}

interface Asked {
  readonly subject: string;
  readonly args: Settings;
}

async function ask(stage: Stage, state: FleetState, action: ConfigAction): Promise<Asked | undefined> {
  const row = state.view.current();
  if (!action.onExisting) {
    const around = userPoolUnder(row);
    const lines = [around === undefined ? 'Its name:' : `Its name; it will be in ${around}:`];
    const subject = await stage.dialogs.prompt({ title: action.title, lines, complaint: poolNameComplaint });
    return subject === undefined ? undefined : { subject, args: around === undefined ? {} : { in: around } };
  }
  const found = configSubject(action, row, stage.services.store.fleet);
  if ('no' in found) {
    stage.message.say(found.no, 'warning');
    return undefined;
  }
  const { subject } = found;
  const option = action.options?.[0];
  if (!option) return { subject, args: {} };
  if (action.line) {
    const { start, complaint } = action.line;
    const answer = await stage.dialogs.prompt({
      title: action.title,
      lines: [`${option.label} of ${nameOf(stage, subject)}:`],
      start: start(subject, stage.services.store.fleet),
      complaint,
    });
    return answer === undefined ? undefined : { subject, args: { [option.key]: answer } };
  }
  // The cursor may be on a VM: what goes is its node.
  const isMove = action.noun === 'node';
  const what = isMove ? `${isEndpointName(subject) ? 'endpoint' : 'node'} ` : '';
  const title = `${action.title}: ${what}${nameOf(stage, subject)}`;
  const pool = await pickPool(stage, title, subject);
  return pool === undefined ? undefined : { subject, args: { [option.key]: pool } };
}

/** The name of a pool, empty for none; undefined when it was given up, or there is no pool. */
async function pickPool(stage: Stage, title: string, but: string): Promise<string | undefined> {
  const pools = [...stage.services.config().pools.keys()].filter((name) => name !== but);
  if (pools.length === 0) {
    const [key = 'add pool'] = stage.keymap.keysOf('pool.add');
    stage.message.say(`there is no pool to move it to; ${key} makes one`, 'warning');
    return undefined;
  }
  return stage.dialogs.pick({
    title,
    choices: () => [...pools.map((name) => ({ label: name, value: name })), { label: '(no pool)', value: '' }],
  });
}

const nameOf = (stage: Stage, subject: string): string =>
  clean(stage.services.store.fleet.nameOf(subject as NodeId | VmId) ?? subject);
