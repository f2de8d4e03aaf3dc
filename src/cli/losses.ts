import type { Args, VmAction } from '../actions/action.ts';
import { FleetError } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import type { DeletePlan, Vm } from '../platforms/contract.ts';
import { clean } from '../terminal/width.ts';
import type { CommandContext } from './command.ts';
import { agreedTo, isCount } from './consent.ts';

/**
 * Lists what is lost and what stays; then the name, or the count, has to be typed, or --yes to have been given. Rejects
 * with what the platform would refuse, so that a dry run says the same as the real one.
 */
export async function agreedToLosses(
  action: VmAction,
  vms: readonly Vm[],
  args: Args,
  context: CommandContext,
): Promise<boolean> {
  const unknown = new Set<string>();
  for (const vm of vms) {
    const losses = await lossesOf(vm, context);
    if (losses) refuseImpossible(vm, losses, args);
    for (const { path } of losses?.unknown ?? []) unknown.add(path);
    for (const line of lossLines(vm, losses, args)) context.say(line);
  }
  for (const path of insisted(args)) {
    if (!unknown.has(path)) {
      throw new FleetError(
        'usage',
        `--delete-unknown ${path}: no VM here has a file of this path that it is unknown of`,
        {
          fix: 'drover vm delete --dry-run lists the files, and which of them would be kept',
        },
      );
    }
  }
  const [only] = vms;
  const wanted = vms.length === 1 && only ? only.name : String(vms.length);
  return agreedTo(
    {
      what: `${action.title.toLowerCase()} destroys ${vms.length === 1 && only ? clean(only.name) : `${vms.length} VMs`}`,
      text: `Type ${clean(wanted)} to continue: `,
      isAgreement: vms.length === 1 ? (answer) => answer === wanted : isCount(vms.length),
    },
    context,
  );
}

const insisted = (args: Args): readonly string[] => {
  const paths = args['delete-unknown'];
  return Array.isArray(paths) ? paths : [];
};

async function lossesOf(vm: Vm, { app, signal }: CommandContext): Promise<DeletePlan | undefined> {
  return app.sessions.connection(endpointOf(vm.id))?.vm.planDelete?.(vm.id, signal);
}

function refuseImpossible(vm: Vm, losses: DeletePlan, args: Args): void {
  if (losses.keepDisksRefused !== undefined && args['keep-disks'] === true) {
    throw new FleetError('op.unsupported', `${vm.name}: its disks can't be kept: ${losses.keepDisksRefused}`);
  }
  if (losses.snapshots.length > 0 && args['snapshots'] !== true) {
    throw new FleetError('op.refused', `${vm.name} has snapshots: ${losses.snapshots.join(', ')}`, {
      fix: 'add --snapshots to delete them too',
    });
  }
}

function lossLines(vm: Vm, losses: DeletePlan | undefined, args: Args): readonly string[] {
  const keep = args['keep-disks'] === true;
  const all = insisted(args);
  return [
    `${clean(vm.name)} (${clean(vm.id)}) will be deleted`,
    ...(losses?.goes ?? []).map((path) => (keep ? `  stays: ${clean(path)}` : `  lost: ${clean(path)}`)),
    ...(losses?.unknown ?? []).map(({ path, why }) =>
      !keep && all.includes(path)
        ? `  lost: ${clean(path)} (${clean(why)})`
        : `  stays: ${clean(path)} (${clean(why)}; --delete-unknown deletes it)`,
    ),
    ...(losses?.savedMemory ? ['  lost: its saved memory'] : []),
    ...(losses?.stays ?? []).map((path) => `  stays: ${clean(path)}`),
    ...(losses?.snapshots ?? []).map((name) => `  lost: snapshot ${clean(name)}`),
  ];
}
