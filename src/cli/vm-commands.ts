import type { Args, VmAction } from '../actions/action.ts';
import { consentFor, TYPE_COUNT_ABOVE } from '../actions/danger.ts';
import { isAlready, taskFor } from '../actions/perform.ts';
import { whyNotOf } from '../actions/permitted.ts';
import { bind } from '../actions/target.ts';
import { vmActions } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import type { Vm } from '../platforms/contract.ts';
import { typeCountAbove } from '../state/config/preferences.ts';
import { defaultsOf } from '../state/fields.ts';
import { placeOf } from '../state/fleet/fleet.ts';
import type { Task } from '../state/tasks.ts';
import { clean } from '../terminal/width.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { agreedTo, isCount, isYes } from './consent.ts';
import { exitCodeFor } from './exit-code.ts';
import { findVms } from './find.ts';
import { agreedToLosses } from './losses.ts';
import { printResults } from './results.ts';

/** Every action on VMs, as a command that takes many: a result for each, on stderr as they come for people. */
export const vmCommands: readonly Command[] = vmActions.map((action) => ({
  noun: 'vm',
  verb: action.id.slice('vm.'.length),
  help: action.help,
  takes: 'NAME…',
  flags: () => action.options ?? [],
  run: (context, { words, values, repeated }) =>
    runVmAction(action, words, { ...defaultsOf(action.options ?? []), ...values, ...repeated }, context),
}));

async function runVmAction(
  action: VmAction,
  words: readonly string[],
  args: Args,
  context: CommandContext,
): Promise<number> {
  const { app } = context;
  const destroys = action.danger === 'destroys';
  const byFilter = words.length === 0;
  const found = await findVms(words, context, destroys);
  if (found.length === 0) {
    context.say('no VM matches; nothing was done');
    return EXIT.done;
  }
  // What can't be done at all is said before the user is asked, and before anything is sent.
  const vms = destroys && byFilter ? withoutRefused(action, found, context) : found;
  if (destroys || vms.length === 1) refuseAny(action, vms, args, app);
  // Bound before the questions: an answer is for the machines that were listed.
  const targets = vms.map(({ id }) => bind(id, app));
  if (destroys && !(await agreedToLosses(action, vms, args, context))) return EXIT.interrupted;
  if (
    action.danger === 'interrupts' &&
    (byFilter || vms.length > 1) &&
    !(await agreedToAll(action, vms, args, context))
  ) {
    return EXIT.interrupted;
  }

  const { id, ended } = app.tasks.run(taskFor(action, targets, args, app));
  const cancel = () => app.tasks.cancel(id);
  context.signal.addEventListener('abort', cancel, { once: true });
  if (context.signal.aborted) cancel();
  return report(await ended, vms.length, context);
}

/** Throws why the first of them can't be done that can't: of what was named, all or nothing is meant. */
function refuseAny(action: VmAction, vms: readonly Vm[], args: Args, app: CommandContext['app']): void {
  for (const vm of vms) {
    if (isAlready(action.outcome?.(args, vm), vm.id, app)) continue;
    const no = whyNotOf(action, vm, app);
    if (no !== undefined) {
      throw new FleetError('op.refused', `${vm.name}: ${no}${vms.length > 1 ? '; nothing was done' : ''}`);
    }
  }
}

/** What a filter finds may hold others too, as a branch on the screen: they are named and left out. Throws when none is left. */
function withoutRefused(action: VmAction, found: readonly Vm[], { app, say }: CommandContext): readonly Vm[] {
  const refusals = new Map(
    found.flatMap((vm) => {
      const no = whyNotOf(action, vm, app);
      return no === undefined ? [] : [[vm, no] as const];
    }),
  );
  for (const [vm, no] of refusals) say(clean(`left out: ${placeOf(vm, app.store.fleet)}: ${no}`));
  if (refusals.size === found.length) {
    throw new FleetError('op.refused', `${action.title}: none of the VMs that match can be taken; nothing was done`);
  }
  return found.filter((vm) => !refusals.has(vm));
}

/** One VM that was named needs no question: its name was the answer. Many, and what a filter has found, are shown first. */
async function agreedToAll(
  action: VmAction,
  vms: readonly Vm[],
  args: Args,
  context: CommandContext,
): Promise<boolean> {
  const { app, global, say } = context;
  const [only] = vms;
  const what = vms.length === 1 && only ? clean(only.name) : `${vms.length} VMs`;
  const consent = consentFor(action, vms.length, typeCountAbove(app.config()) ?? TYPE_COUNT_ABOVE);
  const loses = action.loses?.(args);
  if (!global.yes && !global.dryRun) {
    for (const vm of vms) say(clean(`  ${placeOf(vm, app.store.fleet)} (${vm.state})`));
    if (loses !== undefined) say(loses);
  }
  const question = {
    what: `${action.title.toLowerCase()} interrupts ${what}`,
    ...(consent === 'count'
      ? { text: `${action.title} ${what}? Type ${vms.length} to continue: `, isAgreement: isCount(vms.length) }
      : { text: `${action.title} ${what}? [y/N] `, isAgreement: isYes }),
  };
  return agreedTo(question, context);
}

async function report(task: Task, count: number, context: CommandContext): Promise<number> {
  await printResults(
    task.items.map(({ name, state, text, fix, code, kept }) => ({
      name,
      text,
      ...(kept && { kept }),
      ...(state === 'done'
        ? {}
        : { error: new FleetError(code ?? 'op.failed', text, fix === undefined ? {} : { fix }) }),
    })),
    count > 1,
    context,
  );
  if (task.state === 'cancelled') return EXIT.interrupted;
  const [only] = task.items;
  if (task.state === 'done') return task.items.some(({ kept }) => kept) ? EXIT.failed : EXIT.done;
  return count === 1 && only?.code !== undefined ? exitCodeFor(only.code) : EXIT.failed;
}
