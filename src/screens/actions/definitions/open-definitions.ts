/** The storages and networks that are defined for the pool under the cursor: what its nodes have of them, and what can be done. */
import { applyTask, halfDone } from '../../../actions/definitions/apply.ts';
import { detachTask, planDetach } from '../../../actions/definitions/detach.ts';
import {
  type DefinitionState,
  type NodeState,
  readStates,
  summaryOf,
} from '../../../actions/definitions/node-states.ts';
import { testTask } from '../../../actions/definitions/test-on-node.ts';
import { DEFINED_KINDS, type DefinedKind } from '../../../state/config/definitions.ts';
import { clean } from '../../../terminal/width.ts';
import type { FleetState } from '../../fleet/fleet-state.ts';
import type { Stage } from '../../stage.ts';
import { userPoolUnder } from '../subject.ts';
import { addDefinition, editDefinition } from './edit-definition.ts';
import { orSay, readInTime, runToEnd } from './run-to-end.ts';

type Chosen =
  | { readonly does: 'add'; readonly kind: DefinedKind }
  | { readonly does: 'apply-all' }
  | { readonly does: 'open'; readonly state: DefinitionState };

export async function openDefinitions(stage: Stage, state: FleetState): Promise<void> {
  const pool = userPoolUnder(state.view.current());
  if (pool === undefined) return;
  const title = `Storages and networks of ${clean(pool)}`;
  const states = await orSay(stage, title, () => statesOf(stage, pool));
  if (!states) return;
  const chosen = await stage.dialogs.pick<Chosen>({
    title,
    choices: () => [
      ...states.map((one) => ({ label: lineOf(one), value: { does: 'open', state: one } as const })),
      ...(states.length > 0 ? [{ label: 'Apply all to its nodes', value: { does: 'apply-all' } as const }] : []),
      ...DEFINED_KINDS.map((kind) => ({ label: `Define a ${kind}…`, value: { does: 'add', kind } as const })),
    ],
  });
  if (chosen?.does === 'add') await addDefinition(stage, pool, chosen.kind);
  else if (chosen?.does === 'apply-all') await apply(stage, states);
  else if (chosen) await openOne(stage, chosen.state);
}

function statesOf(stage: Stage, pool: string): Promise<readonly DefinitionState[]> {
  const { services } = stage;
  const definitions = services.config().pools.get(pool)?.definitions ?? [];
  const all = definitions.map((definition) => ({ pool, definition }));
  return readInTime(stage, `what the nodes of ${clean(pool)} have`, (signal) => readStates(all, services, signal));
}

const lineOf = ({ definition: { kind, name, description }, nodes }: DefinitionState): string =>
  clean([name, kind, summaryOf(nodes), description].filter((part) => part !== '').join('  '));

const nodeLine = ({ endpoint, state, detail }: NodeState): string =>
  clean(`${endpoint}  ${state}${detail === '' ? '' : `: ${detail}`}`);

const VERBS = ['apply', 'test', 'edit', 'detach', 'remove'] as const;
const LABELS: Readonly<Record<(typeof VERBS)[number], string>> = {
  apply: 'Apply to its nodes',
  test: 'Test on a node…',
  edit: 'Edit…',
  detach: 'Take off its nodes…',
  remove: 'Remove from nodes and pool…',
};

async function openOne(stage: Stage, state: DefinitionState): Promise<void> {
  const { name } = state.definition;
  const verb = await stage.dialogs.pick({
    title: `${name} of ${clean(state.pool)}`,
    lines: state.nodes.map(nodeLine),
    choices: () => VERBS.map((value) => ({ label: LABELS[value], value })),
  });
  switch (verb) {
    case 'apply':
      return apply(stage, [state]);
    case 'test':
      return test(stage, state);
    case 'edit':
      return editDefinition(stage, state);
    case 'detach':
      await detach(stage, state, `Take ${name} off its nodes?`);
      return;
    case 'remove':
      return remove(stage, state);
  }
}

async function apply(stage: Stage, states: readonly DefinitionState[]): Promise<void> {
  if (states.every(({ nodes }) => nodes.length === 0)) stage.message.say('the pool has no nodes', 'warning');
  else await runToEnd(stage, applyTask(states, stage.services), (task) => halfDone(states, task));
}

async function test(stage: Stage, state: DefinitionState): Promise<void> {
  const endpoint = await stage.dialogs.pick({
    title: `Test ${state.definition.name} on`,
    choices: () => state.nodes.map((node) => ({ label: nodeLine(node), value: node.endpoint })),
  });
  if (endpoint !== undefined) await runToEnd(stage, testTask(state, endpoint, stage.services));
}

/** Lists what would go, and asks. True when no node has it any more. */
async function detach(stage: Stage, state: DefinitionState, question: string, always = false): Promise<boolean> {
  const { services, dialogs, message } = stage;
  const title = question.replace(/\?$/, '');
  const plan = await orSay(stage, title, () =>
    readInTime(stage, 'who uses it', (signal) => planDetach([state], services, signal)),
  );
  if (!plan) return false;
  if (plan.takes.length === 0 && !always) {
    message.say(`no node has ${state.definition.name} as it is defined`, 'warning');
    return false;
  }
  if (!(await dialogs.confirm({ title, question, details: plan.lines.map(clean) }))) return false;
  return plan.takes.length === 0 || (await runToEnd(stage, detachTask(plan, services))).state === 'done';
}

async function remove(stage: Stage, state: DefinitionState): Promise<void> {
  const { pool, definition } = state;
  const { services, message } = stage;
  const basedOn = services.config();
  if (!(await detach(stage, state, `Remove ${definition.name} from ${clean(pool)} and its nodes?`, true))) return;
  const written = await services.changeConfig({ kind: 'definition-remove', pool, of: definition }, basedOn);
  message.say(written ? `${definition.name} of ${clean(pool)} is removed` : 'nothing was written', 'good');
}
