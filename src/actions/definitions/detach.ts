/** Takes off nodes what was defined for their pool. What is in a storage stays; what VMs use is refused. */
import { FleetError, sentence } from '../../errors.ts';
import type { LossPlan, Network, Storage } from '../../platforms/contract.ts';
import type { TaskSpec } from '../../state/tasks.ts';
import { perform } from '../perform.ts';
import type { Services } from '../services.ts';
import { bind } from '../target.ts';
import { itemName } from './apply.ts';
import { verbOf } from './maker.ts';
import type { DefinitionState, NodeState } from './node-states.ts';

/** One storage or network that is taken off one node. */
interface Taken {
  readonly state: DefinitionState;
  readonly node: NodeState;
  readonly found: Storage | Network;
  readonly losses: LossPlan | undefined;
}

export interface DetachPlan {
  readonly takes: readonly Taken[];
  /** What is shown before the question, a line each. */
  readonly lines: readonly string[];
}

/** Only the definition goes: the files of a storage stay. */
const NO_VOLUMES = { volumes: false };

/**
 * What would go from which nodes. What differs from its definition was made past drover, and stays, but where `isNamed`: the
 * user has named these nodes. Rejects with op.refused that names who uses what, and where it is not known what a node has.
 */
export async function planDetach(
  states: readonly DefinitionState[],
  services: Services,
  signal: AbortSignal,
  isNamed = false,
): Promise<DetachPlan> {
  const all = states.flatMap((state) => state.nodes.map((node) => ({ state, node })));
  const unknown = all.find(({ node }) => node.state === 'unknown');
  if (unknown) {
    const { state, node } = unknown;
    throw new FleetError(
      'op.refused',
      `whether ${node.endpoint} has ${state.definition.name} is not known: ${node.detail}`,
      {
        fix: 'try again when it answers; nothing was taken off',
      },
    );
  }
  const there = all.flatMap(({ state, node }) => (node.found ? [{ state, node, found: node.found }] : []));
  const takes = await Promise.all(
    there
      .filter(({ node }) => node.isMeant || isNamed)
      .map(async (one) => ({ ...one, losses: await lossesOf(one, services, signal) })),
  );
  const refused = takes.flatMap(({ node, losses }) =>
    losses?.refused === undefined ? [] : [`${node.endpoint}: ${losses.refused}`],
  );
  if (refused.length > 0) {
    throw new FleetError('op.refused', refused.join('; '), {
      fix: 'give their VMs other storages or networks first; nothing was taken off',
    });
  }
  return {
    takes,
    lines: [
      ...takes.flatMap(({ state, node, losses }) => [
        `${itemName(state, node)} is taken off`,
        ...(losses?.stays ?? []).map((path) => `  stays: ${path}`),
      ]),
      ...there
        .filter(({ node }) => !node.isMeant && !isNamed)
        .map(({ state, node }) => `${itemName(state, node)} stays, since it is another one: ${node.detail}`),
    ],
  };
}

/** Who uses it there, as a sentence; undefined where no VM does. Rejects with op.refused where that can't be read. */
export async function usersOn(
  state: DefinitionState,
  node: NodeState,
  services: Services,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { found } = node;
  return found && (await lossesOf({ state, node, found }, services, signal))?.refused;
}

async function lossesOf(
  { state, node, found }: Omit<Taken, 'losses'>,
  { sessions }: Services,
  signal: AbortSignal,
): Promise<LossPlan | undefined> {
  const { kind } = state.definition;
  const connection = sessions.connection(node.endpoint);
  try {
    return connection && (await verbOf(kind, 'delete').plan?.(connection, found, NO_VOLUMES, signal));
  } catch (error) {
    signal.throwIfAborted();
    throw new FleetError('op.refused', `${node.endpoint}: who uses ${found.name} can't be read: ${sentence(error)}`);
  }
}

/** A result for each node. */
export const detachTask = ({ takes }: DetachPlan, services: Services): TaskSpec => ({
  action: 'definition.detach',
  title: `Take ${[...new Set(takes.map(({ state }) => state.definition.name))].join(', ')} off ${takes.length === 1 ? '1 node' : `${takes.length} nodes`}`,
  work: takes.map(({ state, node, found }) => {
    const { kind, name } = state.definition;
    const target = bind(kind, found.id, services);
    return {
      id: node.endpoint,
      name: itemName(state, node),
      lane: node.endpoint,
      run: (signal, report) =>
        perform(verbOf(kind, 'delete'), target, NO_VOLUMES, services, signal, report, `${name} of ${node.endpoint}`),
    };
  }),
});
