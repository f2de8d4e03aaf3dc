import { changedBy, moveNode, type NodeMove, planMove } from '../../../actions/definitions/move-node.ts';
import { endpointOf } from '../../../ids.ts';
import type { Config } from '../../../state/config/model.ts';
import { clean } from '../../../terminal/width.ts';
import type { Stage } from '../../stage.ts';
import { orSay, readInTime, runToEnd } from './run-to-end.ts';

/** Whether something goes off the node or comes to it when it moves. */
export function hasDefinitions(move: NodeMove, config: Config): boolean {
  const { goes, comes } = changedBy(config, move);
  return goes.length + comes.length > 0;
}

/** Lists what goes and comes, and asks. True when the node has moved and has all that it should. */
export async function moveWithDefinitions(stage: Stage, move: NodeMove, basedOn: Config): Promise<boolean> {
  const { services, dialogs } = stage;
  const title = 'Move to pool';
  const what = `what ${endpointOf(move.node)} has`;
  const plan = await orSay(stage, title, () =>
    readInTime(stage, what, (signal) => planMove(move, false, services, signal)),
  );
  if (!plan) return false;
  const question = `Move ${clean(move.node)} to ${move.to === undefined ? 'no pool' : clean(move.to)}?`;
  if (!(await dialogs.confirm({ title, question, details: plan.lines.map(clean) }))) return false;
  const moved = await moveNode(
    move,
    plan,
    basedOn,
    services,
    (spec) => runToEnd(stage, spec),
    new AbortController().signal,
  );
  return moved.written && moved.tasks.every(({ state }) => state === 'done');
}
