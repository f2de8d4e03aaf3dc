import type { Args, ObjectAction } from '../actions/action.ts';
import { FleetError } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import type { DeletePlan, ObjectKind, ObjectOf } from '../platforms/contract.ts';
import { countOf } from '../state/kinds.ts';
import { clean } from '../terminal/width.ts';
import type { CommandContext } from './command.ts';
import { agreedTo, isCount } from './consent.ts';

/**
 * Lists what is lost and what stays; then the name, or the count, has to be typed, or --yes to have been given. Rejects
 * with what the platform would refuse, so that a dry run says the same as the real one.
 */
export async function agreedToLosses(
  action: ObjectAction,
  things: readonly Thing[],
  args: Args,
  context: CommandContext,
): Promise<boolean> {
  const unknown = new Set<string>();
  for (const thing of things) {
    const losses = await lossesOf(action, thing, args, context);
    if (losses) refuseImpossible(thing, losses, args);
    for (const { path } of losses?.unknown ?? []) unknown.add(path);
    for (const line of lossLines(action, thing, losses, args)) context.say(line);
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
  const [only] = things;
  const isOne = things.length === 1 && only !== undefined;
  const wanted = isOne ? only.name : String(things.length);
  return agreedTo(
    {
      what: `${action.title.toLowerCase()} destroys ${isOne ? clean(only.name) : countOf(context.app.kinds, action.on, things.length)}`,
      text: `Type ${clean(wanted)} to continue: `,
      isAgreement: isOne ? (answer) => answer === wanted : isCount(things.length),
    },
    context,
  );
}

type Thing = ObjectOf<ObjectKind>;

const insisted = (args: Args): readonly string[] => {
  const paths = args['delete-unknown'];
  return Array.isArray(paths) ? paths : [];
};

async function lossesOf(
  action: ObjectAction,
  thing: Thing,
  args: Args,
  { app, signal }: CommandContext,
): Promise<DeletePlan | undefined> {
  const connection = app.sessions.connection(endpointOf(thing.id));
  return connection && action.plan?.(connection, thing, args, signal);
}

function refuseImpossible(vm: Thing, losses: DeletePlan, args: Args): void {
  if (losses.keepDisksRefused !== undefined && args['keep-disks'] === true) {
    throw new FleetError('op.unsupported', `${vm.name}: its disks can't be kept: ${losses.keepDisksRefused}`);
  }
  if (losses.refused !== undefined) throw new FleetError('op.refused', `${vm.name}: ${losses.refused}`);
  const { snapshots = [] } = losses;
  if (snapshots.length > 0 && args['snapshots'] !== true) {
    throw new FleetError('op.refused', `${vm.name} has snapshots: ${snapshots.join(', ')}`, {
      fix: 'add --snapshots to delete them too',
    });
  }
}

function lossLines(action: ObjectAction, thing: Thing, losses: DeletePlan | undefined, args: Args): readonly string[] {
  const keep = args['keep-disks'] === true;
  const all = insisted(args);
  return [
    action.on === 'vm'
      ? `${clean(thing.name)} (${clean(thing.id)}) will be deleted`
      : `${action.title}: ${clean(thing.name)} (${clean(thing.id)})`,
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
