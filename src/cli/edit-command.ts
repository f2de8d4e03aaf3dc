import { editVm } from '../actions/edit.ts';
import { bind, type Target } from '../actions/target.ts';
import { editAction } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import { didYouMean } from '../nearest.ts';
import type { Manifest, Settings, SettingsField, SettingsTarget } from '../platforms/contract.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { exitCodeOf } from './exit-code.ts';
import { findVms } from './find.ts';
import type { Flag } from './flags.ts';
import { type Outcome, printResults } from './results.ts';
import { sharedFlags, typedFor } from './shared-flags.ts';

const RUNNING: Flag = {
  key: 'running',
  label: 'Running',
  help: 'Change the VM that runs now, and what is saved; without it only what is saved.',
  kind: 'flag',
};

/** `vm edit web1 --memory 4GiB`: what a value may be is the business of the platform that the VM is on, never of another one. */
export const editCommand = (manifests: readonly Manifest[]): Command => ({
  noun: 'vm',
  verb: 'edit',
  help: editAction.help,
  takes: 'NAME…',
  flags: () => [RUNNING, ...flagsOf(manifests)],
  run: (context, { words, values }) => run(manifests, words, values, context),
});

const flagsOf = (manifests: readonly Manifest[]): readonly Flag[] =>
  sharedFlags(
    manifests.map(({ id, tier, settings }) => ({ id, flags: settings.filter(isWritable), unnamed: tier === 'demo' })),
  );

const isWritable = ({ in: access }: SettingsField): boolean =>
  access['edit-config'] === 'write' || access['edit-running'] === 'write';

async function run(
  manifests: readonly Manifest[],
  words: readonly string[],
  values: Settings,
  context: CommandContext,
): Promise<number> {
  const { app, signal } = context;
  const { running, ...changes } = values;
  if (Object.keys(changes).length === 0)
    throw new FleetError('usage', 'nothing to change: give the new values as flags');
  const vms = await findVms(words, context);
  const target = running === true ? 'running' : 'config';
  // Nothing is changed anywhere unless it can be taken everywhere.
  const edits = vms.map((vm) => {
    const platform = app.config().endpoints.get(endpointOf(vm.id))?.platform;
    const manifest = manifests.find(({ id }) => id === platform);
    return {
      target: bind('vm', vm.id, app),
      values: manifest ? valuesFor(vm, manifest, manifests, changes, running === true) : changes,
    };
  });
  const outcomes: Outcome[] = [];
  for (const { target: one, values } of edits) outcomes.push(await editOne(app, one, target, values, signal));
  await printResults(outcomes, vms.length > 1, context);
  const [failed] = outcomes.flatMap(({ error }) => error ?? []);
  return failed === undefined ? EXIT.done : vms.length === 1 ? exitCodeOf(failed) : EXIT.failed;
}

/** Each has an outcome of its own, whatever becomes of the others. */
async function editOne(
  app: CommandContext['app'],
  vm: Target,
  target: SettingsTarget,
  changes: Settings,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    return { name: vm.name, text: await editVm(app, vm, target, changes, undefined, signal) };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return { name: vm.name, text: error.message, error };
  }
}

/** The typed values as this platform's fields take them. Throws usage, or op.unsupported for what can't be changed now. */
function valuesFor(
  vm: { readonly name: string },
  manifest: Manifest,
  manifests: readonly Manifest[],
  changes: Settings,
  running: boolean,
): Settings {
  const mode = running ? 'edit-running' : 'edit-config';
  const fields = manifest.settings;
  const entries = Object.entries(changes).map(([key, typed]) => {
    const field = fields.find((one) => one.key === key);
    if (!field) throw notHere(vm, key, manifest, manifests);
    if (field.in[mode] !== 'write') {
      throw new FleetError(
        'op.unsupported',
        `${vm.name}: ${field.label} can't be changed ${running ? 'while the VM runs' : 'in what is saved'}`,
      );
    }
    return [key, typedFor(field, key, typed)] as const;
  });
  return Object.fromEntries(entries);
}

function notHere(
  vm: { readonly name: string },
  key: string,
  { title, settings }: Manifest,
  manifests: readonly Manifest[],
): FleetError {
  const others = manifests
    .filter((other) => other.tier !== 'demo' && other.settings.some((one) => one.key === key && isWritable(one)))
    .map((other) => other.id);
  const known = settings.filter(isWritable).map((one) => one.key);
  return new FleetError('usage', `${vm.name} is on ${title}, which has no --${key}${didYouMean(key, known)}`, {
    fix: `it has ${known.map((one) => `--${one}`).join(', ')}${others.length > 0 ? `; --${key} is for ${others.join(', ')}` : ''}`,
  });
}
