import type { VmAction } from '../actions/action.ts';
import { isAlready, taskFor, whyNotOf } from '../actions/perform.ts';
import { vmActions } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import type { Losses, Settings, Vm } from '../platforms/contract.ts';
import { placeOf } from '../state/fleet.ts';
import type { Task } from '../state/tasks.ts';
import { clean } from '../terminal/width.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { agreedTo, isYes } from './consent.ts';
import { exitCodeFor } from './exit-code.ts';
import { findVms } from './find.ts';
import { printResults } from './results.ts';

/** Every action on VMs, as a command that takes many: a result for each, on stderr as they come for people. */
export const vmCommands: readonly Command[] = vmActions.map((action) => ({
  noun: 'vm',
  verb: action.id.slice('vm.'.length),
  help: action.help,
  takes: 'NAME…',
  flags: () => action.options ?? [],
  run: (context, { words, values }) => runVmAction(action, words, withDefaults(action, values), context),
}));

const withDefaults = ({ options = [] }: VmAction, values: Settings): Settings => ({
  ...Object.fromEntries(options.flatMap(({ key, default: value }) => (value === undefined ? [] : [[key, value]]))),
  ...values,
});

async function runVmAction(
  action: VmAction,
  words: readonly string[],
  args: Settings,
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
  // What can't be done at all is told before anybody is asked, and before anything is sent.
  const vms = destroys && byFilter ? withoutRefused(action, found, context) : found;
  if (destroys || vms.length === 1) refuseAny(action, vms, args, app);
  if (destroys && !(await agreedToLosses(action, vms, args, context))) return EXIT.interrupted;
  if (action.danger === 'interrupts' && (byFilter || vms.length > 1) && !(await agreedToAll(action, vms, context))) {
    return EXIT.interrupted;
  }

  const spec = taskFor(
    action,
    vms.map(({ id }) => id),
    args,
    app,
  );
  const { id, ended } = app.tasks.run(spec);
  const cancel = () => app.tasks.cancel(id);
  context.signal.addEventListener('abort', cancel, { once: true });
  if (context.signal.aborted) cancel();
  return report(await ended, vms.length, context);
}

/** Throws why the first of them can't be done that can't: of what was named, all or nothing is meant. */
function refuseAny(action: VmAction, vms: readonly Vm[], args: Settings, app: CommandContext['app']): void {
  for (const vm of vms) {
    if (isAlready(action.outcome?.(args, vm), vm.id, app)) continue;
    const no = whyNotOf(action, vm, app);
    if (no !== undefined) {
      throw new FleetError('op.refused', `${vm.name}: ${no}${vms.length > 1 ? '; nothing was done' : ''}`);
    }
  }
}

/** What a filter finds may hold others too, as a branch on the screen: they are told and left out. Throws when none is left. */
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
async function agreedToAll(action: VmAction, vms: readonly Vm[], context: CommandContext): Promise<boolean> {
  const [only] = vms;
  const what = vms.length === 1 && only ? clean(only.name) : `${vms.length} VMs`;
  if (context.interactive && !context.global.yes) {
    for (const vm of vms) context.say(clean(`  ${placeOf(vm, context.app.store.fleet)} (${vm.state})`));
  }
  const question = {
    what: `${action.title.toLowerCase()} interrupts ${what}`,
    text: `${action.title} ${what}? [y/N] `,
    isAgreement: isYes,
  };
  return agreedTo(question, context);
}

async function report(task: Task, count: number, context: CommandContext): Promise<number> {
  await printResults(
    task.items.map(({ name, state, text, fix, code }) => ({
      name,
      text,
      ...(state === 'done'
        ? {}
        : { error: new FleetError(code ?? 'op.failed', text, fix === undefined ? {} : { fix }) }),
    })),
    count > 1,
    context,
  );
  if (task.state === 'cancelled') return EXIT.interrupted;
  const [only] = task.items;
  if (task.state === 'done') return EXIT.done;
  return count === 1 && only?.code !== undefined ? exitCodeFor(only.code) : EXIT.failed;
}

/** Lists what is lost and what stays; then the name, or the count, has to be typed, or --yes to have been said. */
async function agreedToLosses(
  action: VmAction,
  vms: readonly Vm[],
  args: Settings,
  context: CommandContext,
): Promise<boolean> {
  for (const vm of vms) {
    const losses = await lossesOf(vm, context);
    if (losses?.disksGo !== undefined && args['keep-disks'] === true) {
      throw new FleetError('op.unsupported', `${vm.name}: its disks can't be kept: ${losses.disksGo}`);
    }
    for (const line of lossLines(vm, losses, args)) context.say(line);
  }
  const [only] = vms;
  const wanted = vms.length === 1 && only ? only.name : String(vms.length);
  const question = {
    what: `${action.title.toLowerCase()} destroys something`,
    text: `Type ${clean(wanted)} to go on: `,
    isAgreement: (answer: string) => answer === wanted,
  };
  return agreedTo(question, context);
}

async function lossesOf(vm: Vm, { app, signal }: CommandContext): Promise<Losses | undefined> {
  return app.sessions.connection(endpointOf(vm.id))?.vm.losses?.(vm.id, signal);
}

function lossLines(vm: Vm, losses: Losses | undefined, args: Settings): readonly string[] {
  const disks = losses?.goes ?? [];
  const keep = args['keep-disks'] === true;
  return [
    `${clean(vm.name)} (${vm.id}) will be deleted`,
    ...disks.map((path) => (keep ? `  stays: ${clean(path)}` : `  lost: ${clean(path)}`)),
    ...(losses?.savedMemory ? ['  lost: its saved memory'] : []),
    ...(losses?.stays ?? []).map((path) => `  stays: ${clean(path)}`),
    ...(losses?.snapshots ?? []).map((name) => `  snapshot: ${clean(name)}`),
  ];
}
