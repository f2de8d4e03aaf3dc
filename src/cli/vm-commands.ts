import type { VmAction } from '../actions/action.ts';
import { isAlready, permitted, taskFor } from '../actions/perform.ts';
import { vmActions } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import type { Losses, Settings, Vm } from '../platforms/contract.ts';
import type { Task } from '../state/tasks.ts';
import { clean } from '../terminal/width.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
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
  const vms = await findVms(words, context, destroys);
  if (vms.length === 0) {
    context.say('no VM matches; nothing was done');
    return EXIT.done;
  }
  // What can't be done at all is told before anybody is asked, and before anything is sent.
  for (const vm of vms) {
    const isDone = isAlready(action.outcome?.(args, vm), vm.id, app);
    if ((vms.length === 1 || destroys) && !isDone) permitted(action, vm.id, app);
  }
  if (destroys && !(await agreed(action, vms, args, context))) return EXIT.interrupted;

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

/** Lists what goes and what stays; then the name, or the count, has to be typed, or --yes to have been said. */
async function agreed(action: VmAction, vms: readonly Vm[], args: Settings, context: CommandContext): Promise<boolean> {
  for (const vm of vms) {
    const losses = await lossesOf(vm, context);
    if (losses?.disksGo !== undefined && args['keep-disks'] === true) {
      throw new FleetError('op.unsupported', `${vm.name}: its disks can't be kept: ${losses.disksGo}`);
    }
    for (const line of lossLines(vm, losses, args)) context.say(line);
  }
  if (context.global.yes) return true;
  if (!context.interactive) {
    throw new FleetError('usage', `${action.title.toLowerCase()} destroys something, and nobody can be asked here`, {
      fix: 'add --yes if that is what you want',
    });
  }
  const [only] = vms;
  const wanted = vms.length === 1 && only ? only.name : String(vms.length);
  const answer = await context.ask(`Type ${clean(wanted)} to go on: `);
  if (answer === wanted) return true;
  context.say('nothing was done');
  return false;
}

async function lossesOf(vm: Vm, { app, signal }: CommandContext): Promise<Losses | undefined> {
  return app.sessions.connection(endpointOf(vm.id))?.vm.losses?.(vm.id, signal);
}

function lossLines(vm: Vm, losses: Losses | undefined, args: Settings): readonly string[] {
  const disks = losses?.goes ?? [];
  const keep = args['keep-disks'] === true;
  return [
    `${clean(vm.name)} (${vm.id}) goes`,
    ...disks.map((path) => (keep ? `  stays: ${clean(path)}` : `  goes: ${clean(path)}`)),
    ...(losses?.savedMemory ? ['  goes: its saved memory'] : []),
    ...(losses?.stays ?? []).map((path) => `  stays: ${clean(path)}`),
    ...(losses?.snapshots ?? []).map((name) => `  snapshot: ${clean(name)}`),
  ];
}
