/** What goes off a node and comes to it when it moves from one pool to another, F-016. */
import { isDeepStrictEqual } from 'node:util';
import { FleetError } from '../../errors.ts';
import { endpointOf } from '../../ids.ts';
import type { ConfigChange } from '../../state/config/change.ts';
import type { OfPool } from '../../state/config/definitions.ts';
import { definitionsFor, poolsAfterMove } from '../../state/config/definitions-of-nodes.ts';
import type { Config } from '../../state/config/model.ts';
import type { Task } from '../../state/tasks.ts';
import type { Services } from '../services.ts';
import { applyTask } from './apply.ts';
import { type DetachPlan, detachTask, planDetach } from './detach.ts';
import { readStates } from './node-states.ts';

export type NodeMove = Extract<ConfigChange, { kind: 'node-move' }>;

interface MovePlan {
  readonly detach: DetachPlan;
  /** What the new pool has, and the old one has not. */
  readonly comes: readonly OfPool[];
  /** What is shown before the question, a line each. */
  readonly lines: readonly string[];
}

/** Definitions that go and come with this move. None on both sides: it is a change of the configuration alone. */
export function changedBy(
  { pools }: Config,
  { node, to }: NodeMove,
): { goes: readonly OfPool[]; comes: readonly OfPool[] } {
  const endpoint = endpointOf(node);
  const before = definitionsFor(pools, endpoint);
  const after = definitionsFor(poolsAfterMove(pools, node, to), endpoint);
  const isSame = (one: OfPool, other: OfPool) =>
    one.definition.kind === other.definition.kind &&
    one.definition.name === other.definition.name &&
    isDeepStrictEqual(one.definition.values, other.definition.values);
  return {
    goes: before.filter((one) => !after.some((other) => isSame(one, other))),
    // What another pool defines alike need not be there yet.
    comes: after.filter((one) => !before.some((other) => one.pool === other.pool && isSame(one, other))),
  };
}

/**
 * Rejects with op.refused while VMs use what would go, and where the node does not answer. `keeps`: what it has stays on it.
 */
export async function planMove(
  move: NodeMove,
  keeps: boolean,
  services: Services,
  signal: AbortSignal,
): Promise<MovePlan> {
  const { goes, comes } = changedBy(services.config(), move);
  const endpoint = endpointOf(move.node);
  const states = await readStates(keeps ? [] : goes, services, signal, () => [endpoint]);
  const detach = await planDetach(states, services, signal).catch((error: unknown) => {
    if (!(error instanceof FleetError)) throw error;
    throw new FleetError(error.code, error.message, {
      fix: `${error.fix ?? ''}${error.fix === undefined ? '' : '; '}--keep moves it with what it has`,
    });
  });
  return {
    detach,
    comes,
    lines: [
      ...(keeps ? goes.map(({ definition: { kind, name } }) => `${kind} ${name} stays on ${endpoint}`) : detach.lines),
      ...comes.map(({ definition: { kind, name } }) => `${kind} ${name} comes to ${endpoint}`),
    ],
  };
}

/** How a task is run to its end: with progress on the command line, in the message line on the screen. */
type RunTask = (spec: ReturnType<typeof applyTask>) => Promise<Task>;

interface Moved {
  /** Tasks that were run, in their order. */
  readonly tasks: readonly Task[];
  /** Whether the configuration was written: not in a dry run, and not when something could not be taken off. */
  readonly written: boolean;
}

/** Takes off, then writes, then makes: what fails to be taken off leaves the node where it was. */
export async function moveNode(
  move: NodeMove,
  { detach, comes }: MovePlan,
  basedOn: Config,
  services: Services,
  run: RunTask,
  signal: AbortSignal,
): Promise<Moved> {
  const tasks: Task[] = [];
  if (detach.takes.length > 0) {
    const task = await run(detachTask(detach, services));
    tasks.push(task);
    if (task.state !== 'done') return { tasks, written: false };
  }
  const written = await services.changeConfig(move, basedOn).catch((error: unknown) => {
    throw notMoved(error, detach);
  });
  if (comes.length > 0) {
    const states = await readStates(comes, services, signal, () => [endpointOf(move.node)]);
    tasks.push(await run(applyTask(states, services)));
  }
  return { tasks, written };
}

/** What was taken off by then is missing on a node that is still where it was. */
function notMoved(error: unknown, { takes }: DetachPlan): unknown {
  const [first] = takes;
  if (!(error instanceof FleetError) || !first) return error;
  const names = takes.map(({ state }) => state.definition.name).join(', ');
  return new FleetError(error.code, `${error.message}; ${names} had been taken off ${first.node.endpoint} before`, {
    fix: `bring it back: drover definition apply ${first.state.pool}`,
    cause: error,
  });
}
