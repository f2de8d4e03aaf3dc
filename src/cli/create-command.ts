import type { Args } from '../actions/action.ts';
import { perform } from '../actions/perform.ts';
import { bind } from '../actions/target.ts';
import { createVm } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import type { Id, VmId } from '../ids.ts';
import type { Accepted, Manifest } from '../platforms/contract.ts';
import { taskLimits } from '../state/config/preferences.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { AFTERWARDS, afterwardsOf } from './create-afterwards.ts';
import { FLAVOR, isAsked, NAME, planOn } from './create-plan.ts';
import { findEndpoint } from './find-listed.ts';
import type { Flag, ParsedFlags } from './flags.ts';
import { openGivenFiles } from './given-files.ts';
import { FROM } from './given-values.ts';
import { followed, limitsOf, MANY, report } from './object-commands.ts';
import { PARAMETERS, PARAMETERS_FILE } from './parameters.ts';
import { planInPool } from './placement.ts';
import { sharedFlags } from './shared-flags.ts';
import { TEMPLATE } from './templates/create-from.ts';
import { VARIABLE } from './templates/given-variables.ts';

const COUNT: Flag = {
  key: 'count',
  label: 'Count',
  help: 'So many of them, called NAME-1, NAME-2 and so on.',
  kind: 'count',
  min: 1,
  max: 1_000,
  default: 1,
};

const IN_POOL: Flag = {
  key: 'pool',
  label: 'Pool',
  help: 'In place of -C: on the node of this pool that its policy takes, the one that its VMs load least, as far as it has the memory.',
  kind: 'text',
  examples: ['POOL'],
};

/** `vm create web1 -C host1 --memory 4GiB`: its flags are the settings that the platform of the endpoint asks for. */
export const createCommand = (manifests: readonly Manifest[]): Command => ({
  noun: 'vm',
  verb: 'create',
  help: createVm.help,
  takes: 'NAME',
  makes: true,
  flags: () => [
    IN_POOL,
    COUNT,
    FROM,
    PARAMETERS,
    PARAMETERS_FILE,
    FLAVOR,
    TEMPLATE,
    VARIABLE,
    ...sharedFlags(
      manifests.map(({ id, tier, settings }) => ({ id, flags: settings.filter(isAsked), unnamed: tier === 'demo' })),
    ),
    ...MANY,
    ...AFTERWARDS,
  ],
  run: (context, parsed) => run(manifests, parsed, context),
});

async function run(
  manifests: readonly Manifest[],
  { words, values: { count = 1, 'at-once': atOnce, 'stop-after': stopAfter, ...given }, repeated }: ParsedFlags,
  context: CommandContext,
): Promise<number> {
  const { app } = context;
  const { wait: goal, timeout, command, console: opensConsole, [IN_POOL.key]: pool, ...values } = given;
  const [name, ...more] = words;
  if (name === undefined) throw new FleetError('usage', 'which name? Give it as the last word');
  if (more.length > 0)
    throw new FleetError('usage', `it is made on an endpoint, which -C names: ${more.join(' ')} is too much`);
  const names = count === 1 ? [name] : Array.from({ length: Number(count) }, (_, at) => `${name}-${at + 1}`);
  const asked = { names, values, repeated, files: openGivenFiles(context), manifests, create: createVm };
  const {
    endpoint,
    create: action,
    all,
  } = pool === undefined
    ? await planOn({ endpoint: (await findEndpoint(context)).id }, asked, context)
    : await planInPool(String(pool), (one) => planOn(one, asked, context), context);
  const afterwards = afterwardsOf({ goal, timeout, command, opensConsole }, all);
  const limits = limitsOf({
    ...(atOnce !== undefined && { 'at-once': atOnce }),
    ...(stopAfter !== undefined && { 'stop-after': stopAfter }),
  });
  const target = bind('endpoint', endpoint, app);
  const made = new Map<string, VmId>();
  const { id, ended } = app.tasks.run({
    action: createVm.id,
    title: `${createVm.title} ${names.length === 1 ? name : `${names.length} VMs`} on ${endpoint}`,
    ...taskLimits(app.config()),
    ...limits,
    work: all.map((args) => ({
      id: endpoint,
      name: String(args[NAME]),
      lane: endpoint,
      run: (signal, tell) => perform(remembering(action, made), target, args as Args, app, signal, tell),
    })),
  });
  const code = await report(await followed(id, ended, context), all.length, context);
  return code === EXIT.done && afterwards ? afterwards(made, context) : code;
}

/** The action, which keeps by its name what it has made. */
const remembering = (action: typeof createVm, made: Map<string, VmId>): typeof createVm => ({
  ...action,
  async send(connection, object, args, signal, tell) {
    const accepted: Accepted & { readonly id?: Id } = await action.send(connection, object, args, signal, tell);
    if (accepted.id !== undefined) made.set(String(args[NAME]), accepted.id as VmId);
    return accepted;
  },
});
