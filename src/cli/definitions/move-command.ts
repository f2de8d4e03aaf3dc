/** `node move` where pools have definitions: those of the old pool go off the node, those of the new one come to it. */
import { changedBy, moveNode, type NodeMove, planMove } from '../../actions/definitions/move-node.ts';
import { endpointOf } from '../../ids.ts';
import type { Config } from '../../state/config/model.ts';
import { clean } from '../../terminal/width.ts';
import { type CommandContext, EXIT } from '../command.ts';
import { connectUnfiltered } from '../connect.ts';
import { agreedTo, isYes } from '../consent.ts';
import { outcomesOf } from '../object-commands.ts';
import { printResults } from '../results.ts';
import { runTask } from './node-commands.ts';

/** Its exit code; undefined where nothing is defined on either side, so that it is a change of the configuration alone. */
export async function moveWithDefinitions(
  move: NodeMove,
  { keeps, said, basedOn }: { readonly keeps: boolean; readonly said: string; readonly basedOn: Config },
  context: CommandContext,
): Promise<number | undefined> {
  const { app, global, signal } = context;
  const { goes, comes } = changedBy(basedOn, move);
  if (goes.length + comes.length === 0 || (move.to !== undefined && !basedOn.pools.has(move.to))) return undefined;
  await connectUnfiltered(context, [endpointOf(move.node)]);
  const plan = await planMove(move, keeps, app, signal);
  for (const line of plan.lines) context.say(clean(line));
  const question = {
    what: `the move takes ${plan.detach.takes.length} definitions off ${move.node}`,
    text: `Move ${clean(move.node)}? [y/N] `,
    isAgreement: isYes,
  };
  if (plan.detach.takes.length > 0 && !(await agreedTo(question, context))) return EXIT.interrupted;
  const { tasks, written } = await moveNode(move, plan, basedOn, app, (spec) => runTask(spec, context), signal);
  const isStuck = tasks.length > 0 && !written && !global.dryRun;
  const text = isStuck ? `${move.node} stays in its pool` : written ? said : `${move.node}: nothing was written`;
  await printResults([...tasks.flatMap(outcomesOf), { name: move.node, text }], true, context);
  return tasks.every(({ state }) => state === 'done') ? EXIT.done : EXIT.failed;
}
