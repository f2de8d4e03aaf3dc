/** What is done to the nodes of a pool for its definitions: made, tested, taken off. */
import { applyTask, halfDone } from '../../actions/definitions/apply.ts';
import { type DetachPlan, detachTask, planDetach } from '../../actions/definitions/detach.ts';
import { testTask } from '../../actions/definitions/test-on-node.ts';
import { FleetError } from '../../errors.ts';
import type { OfPool } from '../../state/config/definitions.ts';
import type { Task, TaskSpec } from '../../state/tasks.ts';
import { clean } from '../../terminal/width.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { connectUnfiltered } from '../connect.ts';
import { agreedTo, isYes } from '../consent.ts';
import type { ParsedFlags } from '../flags.ts';
import { followed, outcomesOf, report } from '../object-commands.ts';
import { printResults, printWritten } from '../results.ts';
import { definitionCalled, definitionsCalled, nodesMeant, statesMeant } from './meant.ts';

export const definitionNodeCommands: readonly Command[] = [
  {
    noun: 'definition',
    verb: 'apply',
    help: 'Make on the nodes of a pool what is defined for it and missing there; of one definition, or of all.',
    takes: 'POOL [NAME]',
    flags: () => [],
    run: apply,
  },
  {
    noun: 'definition',
    verb: 'test',
    help: 'Try a definition on the node that -C names: it is made there, looked at, and taken off again.',
    takes: 'POOL NAME',
    flags: () => [],
    run: test,
  },
  {
    noun: 'definition',
    verb: 'detach',
    help: 'Take off the nodes of a pool what is defined, which no VM may use; files in it and the definition stay.',
    takes: 'POOL NAME',
    flags: () => [],
    run: detach,
  },
  {
    noun: 'definition',
    verb: 'remove',
    help: 'Take a definition off all nodes of its pool, which no VM may use it on, and out of the configuration.',
    takes: 'POOL NAME',
    flags: () => [],
    run: remove,
  },
];

/** Shows how far it is until it has ended. */
export function runTask(spec: TaskSpec, context: CommandContext): Promise<Task> {
  const { id, ended } = context.app.tasks.run(spec);
  return followed(id, ended, context);
}

async function apply(context: CommandContext, { words }: ParsedFlags): Promise<number> {
  const [pool, name, ...more] = words;
  if (more.length > 0) throw new FleetError('usage', `what is ${more.join(' ')}? Name the pool, and one definition`);
  const states = await statesMeant(definitionsCalled(pool, name, context), context);
  const count = states.reduce((total, { nodes }) => total + nodes.length, 0);
  if (count === 0) {
    context.say(`pool ${pool} has no nodes; nothing was done`);
    return EXIT.done;
  }
  const task = await runTask(applyTask(states, context.app), context);
  const code = await report(task, count, context);
  for (const line of halfDone(states, task)) context.say(clean(line));
  return code;
}

async function test(context: CommandContext, { words }: ParsedFlags): Promise<number> {
  const of = definitionCalled(words, context);
  const [node, ...others] = await nodesMeant(of.pool, context);
  if (node === undefined || others.length > 0)
    throw new FleetError('usage', 'on which node is it to be tried? -C names one of its pool');
  const { failed } = await connectUnfiltered(context, [node]);
  if (failed.has(node)) throw failed.get(node);
  return report(await runTask(testTask(of, node, context.app), context), 1, context);
}

/** Lists what would go. Rejects as `planDetach` does. */
async function toldToDetach(of: OfPool, context: CommandContext): Promise<DetachPlan> {
  const { app, signal, global, say } = context;
  const plan = await planDetach(await statesMeant([of], context), app, signal, global.clients.length > 0);
  for (const line of plan.lines) say(clean(line));
  return plan;
}

const isAgreed = (what: string, text: string, context: CommandContext): Promise<boolean> =>
  agreedTo({ what, text: `${text} [y/N] `, isAgreement: isYes }, context);

async function detach(context: CommandContext, { words }: ParsedFlags): Promise<number> {
  const of = definitionCalled(words, context);
  const { name } = of.definition;
  const plan = await toldToDetach(of, context);
  const nodes = plan.takes.map(({ node }) => node.endpoint);
  if (nodes.length === 0) {
    context.say(`no node has ${name} as it is defined; nothing was done`);
    return EXIT.done;
  }
  if (!(await isAgreed(`${name} would be taken off ${nodes.join(', ')}`, `Take ${name} off?`, context)))
    return EXIT.interrupted;
  return report(await runTask(detachTask(plan, context.app), context), nodes.length, context);
}

async function remove(context: CommandContext, { words }: ParsedFlags): Promise<number> {
  const { app, global } = context;
  const of = definitionCalled(words, context);
  const { pool, definition } = of;
  const { kind, name } = definition;
  if (global.clients.length > 0) {
    throw new FleetError('usage', `a definition is removed from all nodes of its pool, not from those of -C`, {
      fix: `drover definition detach ${pool} ${name} -C NODE takes it off one`,
    });
  }
  const basedOn = app.config();
  const plan = await toldToDetach(of, context);
  const what = `the definition ${name} would leave the configuration`;
  if (!(await isAgreed(what, `Remove ${name} from pool ${pool} and its nodes?`, context))) return EXIT.interrupted;
  const task = plan.takes.length === 0 ? undefined : await runTask(detachTask(plan, app), context);
  if (task && task.state !== 'done') {
    const code = await report(task, plan.takes.length, context);
    context.say(`the definition ${name} of pool ${pool} stays, since not all nodes are without it`);
    return code;
  }
  const written = await app.changeConfig({ kind: 'definition-remove', pool, of: definition }, basedOn);
  const text = `the ${kind} ${name} of pool ${pool} is removed`;
  if (!task) return printWritten(name, text, written, context);
  const said = { name, text: written ? text : `${name}: nothing was written` };
  await printResults([...outcomesOf(task), said], true, context);
  return EXIT.done;
}
