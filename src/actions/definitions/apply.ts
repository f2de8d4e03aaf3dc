/** Makes on the nodes of a pool what is defined for it and missing there. */
import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import { commandLine } from '../../shell-word.ts';
import type { Task, TaskSpec, TaskWork, WorkResult } from '../../state/tasks.ts';
import { perform } from '../perform.ts';
import type { Services } from '../services.ts';
import { bind } from '../target.ts';
import { argsOf, verbOf } from './maker.ts';
import type { DefinitionState, NodeState } from './node-states.ts';

/** What a definition is called on one node. No two items of a task have the same name. */
export const itemName = ({ definition }: DefinitionState, { endpoint }: NodeState): string =>
  `${definition.kind} ${definition.name} on ${endpoint}`;

/**
 * A result for each node: what is missing is made, what is not active is started. What is there under the name of a definition and
 * is something else stays as it is, and is an op.refused.
 */
export function applyTask(states: readonly DefinitionState[], services: Services): TaskSpec {
  const [first, ...others] = states;
  const what = first && others.length === 0 ? first.definition.name : `${states.length} definitions`;
  return {
    action: 'definition.apply',
    title: `Apply ${what} to the nodes of ${[...new Set(states.map(({ pool }) => pool))].join(', ')}`,
    work: states.flatMap((state) => state.nodes.map((node) => workOn(state, node, services))),
  };
}

function workOn(state: DefinitionState, node: NodeState, services: Services): TaskWork {
  const { pool, definition } = state;
  const { kind, name } = definition;
  const { endpoint, found } = node;
  const item = { id: endpoint, name: itemName(state, node), lane: endpoint };
  const refused = (error: FleetError): TaskWork => ({ ...item, run: () => Promise.reject(error) });
  switch (node.state) {
    case 'in sync':
      return { ...item, run: async () => ({ text: `${endpoint} has the ${kind} ${name} already` }) };
    case 'unknown':
      return refused(
        new FleetError('op.failed', `${endpoint}: whether it has the ${kind} ${name} is not known: ${node.detail}`),
      );
    case 'out of sync': {
      if (!found || !node.isMeant) {
        return refused(
          new FleetError('op.refused', `${endpoint} has another ${kind} ${name}: ${node.detail}`, {
            fix: `take it off first, if nothing needs it: ${commandLine(['drover', 'definition', 'detach', pool, name, '-C', endpoint])}`,
          }),
        );
      }
      const target = bind(kind, found.id, services);
      const called = `${name} of ${endpoint}`;
      return {
        ...item,
        run: (signal, report) =>
          onNode(endpoint, () => perform(verbOf(kind, 'start'), target, {}, services, signal, report, called)),
      };
    }
    case 'missing': {
      const target = bind('endpoint', endpoint, services);
      return {
        ...item,
        // What is wrong with the definition is the failure of each node.
        run: (signal, report) =>
          onNode(endpoint, () => perform(verbOf(kind, 'create'), target, argsOf(definition), services, signal, report)),
      };
    }
  }
}

/** Hosts refuse in the same words, and what they say of a network need not name them. */
async function onNode(endpoint: EndpointName, work: () => Promise<WorkResult>): Promise<WorkResult> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FleetError) || error.message.includes(endpoint)) throw error;
    const { code, fix } = error;
    throw new FleetError(code, `${endpoint}: ${error.message}`, { cause: error, ...(fix !== undefined && { fix }) });
  }
}

/**
 * Of what was made on some nodes only: which have it now, which have not, and the command that takes it off again, a line for
 * each definition.
 */
export function halfDone(states: readonly DefinitionState[], task: Task): readonly string[] {
  const done = new Set(task.items.flatMap((item) => (item.state === 'done' ? [item.name] : [])));
  return states.flatMap((state) => {
    const isDone = (node: NodeState) => done.has(itemName(state, node));
    const has = state.nodes.filter(isDone).map(({ endpoint }) => endpoint);
    const lacks = state.nodes.filter((node) => !isDone(node)).map(({ endpoint }) => endpoint);
    if (has.length === 0 || lacks.length === 0) return [];
    const { pool, definition } = state;
    const command = commandLine(['drover', 'definition', 'detach', pool, definition.name]);
    return [
      `${definition.name} is on ${has.join(', ')} and not on ${lacks.join(', ')}; ${command} takes it off those that have it`,
    ];
  });
}
