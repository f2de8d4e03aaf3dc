import { adviceOnEdit, editVm } from '../actions/edit.ts';
import { needed } from '../actions/object-action.ts';
import { permitted } from '../actions/permitted.ts';
import { bind, type Target } from '../actions/target.ts';
import { editAction } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import { endpointOf, type VmId } from '../ids.ts';
import { didYouMean } from '../nearest.ts';
import type { Manifest, Settings, SettingsField, SettingsMode, SettingsTarget } from '../platforms/contract.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { exitCodeOf } from './exit-code.ts';
import { findVms } from './find.ts';
import type { Flag, ParsedFlags } from './flags.ts';
import { changeGiven, type GivenChange } from './given-change.ts';
import { openGivenFiles } from './given-files.ts';
import { allGiven, FROM, type Given } from './given-values.ts';
import { type PairEdits, pairFlags, pairsAfter, takePairEdits } from './pair-edits.ts';
import { PARAMETERS, PARAMETERS_FILE, saidBy } from './parameters.ts';
import { type Outcome, printResults } from './results.ts';
import { sharedFlags } from './shared-flags.ts';

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
  flags: () => [RUNNING, FROM, PARAMETERS, PARAMETERS_FILE, ...flagsOf(manifests)],
  run: (context, parsed) => run(manifests, parsed, context),
});

const flagsOf = (manifests: readonly Manifest[]): readonly Flag[] =>
  sharedFlags(
    manifests.map(({ id, tier, settings }) => ({
      id,
      flags: settings.filter(isWritable).flatMap(withPairFlags),
      unnamed: tier === 'demo',
    })),
  );

const withPairFlags = (field: SettingsField): readonly Flag[] =>
  field.kind === 'pairs' ? [field, ...pairFlags(field)] : [field];

const isWritable = (field: SettingsField): boolean =>
  isSaid(field) && (field.in['edit-config'] === 'write' || field.in['edit-running'] === 'write');

/** A list is all that a VM has: one row that is said alone would take the others off. Disks and NICs have commands of their own. */
const isSaid = ({ kind }: SettingsField): boolean => kind !== 'list';

async function run(
  manifests: readonly Manifest[],
  { words, values: { running, ...values }, repeated }: ParsedFlags,
  context: CommandContext,
): Promise<number> {
  const { app } = context;
  const files = openGivenFiles(context);
  const { [PARAMETERS.key]: parameters = [], [PARAMETERS_FILE.key]: parameterFiles = [], ...rows } = repeated;
  const all = manifests.flatMap(({ settings }) => settings);
  const { edits: pairs, left } = takePairEdits({ values, repeated: rows }, all);
  const flags = await allGiven(left, files);
  if (flags.length + parameters.length + parameterFiles.length + pairs.size === 0)
    throw new FleetError('usage', 'nothing to change: give the new values as flags');
  const vms = await findVms(words, context);
  const target = running === true ? 'running' : 'config';
  // Nothing is changed anywhere unless it can be taken everywhere.
  const edits: ({ readonly target: Target } & GivenChange)[] = [];
  for (const vm of vms) {
    const platform = app.config().endpoints.get(endpointOf(vm.id))?.platform;
    const manifest = manifests.find(({ id }) => id === platform);
    if (!manifest) throw new FleetError('op.unsupported', `${vm.name}: its platform is not known`);
    const mode = running === true ? 'edit-running' : 'edit-config';
    const fields = manifest.settings.filter((field) => isSaid(field) && field.in[mode] === 'write');
    const said = await saidBy({ parameters, parameterFiles }, fields, files);
    const unknown = (one: Given) => notWritable(vm, one, manifest, manifests, mode);
    const change = await changeGiven({ said, flags, pairs, fields, unknown }, files);
    for (const key of pairs.keys())
      if (!fields.some((field) => field.key === key))
        throw notWritable(vm, { key, where: `--${key}`, texts: [] }, manifest, manifests, mode);
    edits.push({ target: bind('vm', vm.id, app), ...change });
  }
  const outcomes: Outcome[] = [];
  for (const { target: one, changes, pairs: single } of edits)
    outcomes.push(await editOne(context, one, target, changes, single));
  await printResults(outcomes, vms.length > 1, context);
  const [failed] = outcomes.flatMap(({ error }) => error ?? []);
  return failed === undefined ? EXIT.done : vms.length === 1 ? exitCodeOf(failed) : EXIT.failed;
}

/** Each has an outcome of its own, whatever becomes of the others. */
async function editOne(
  { app, signal, say }: CommandContext,
  vm: Target,
  target: SettingsTarget,
  changes: Settings,
  pairs: PairEdits,
): Promise<Outcome> {
  try {
    // Pairs are changed as a whole: those that stay are read, and what another has changed meanwhile is refused.
    const now = pairs.size === 0 ? undefined : await settingsNow(app, vm.id as VmId, target, signal);
    const all = now ? { ...changes, ...pairsAfter(pairs, now) } : changes;
    const advice = await adviceOnEdit(app, vm.id as VmId, target, all, now ?? {}, signal);
    const text = await editVm(app, vm, target, all, now, signal);
    for (const one of advice) if (!text.includes(one.slice(one.indexOf(': ') + 2))) say(`${vm.name}: ${one}`);
    return { name: vm.name, text };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return { name: vm.name, text: error.message, error };
  }
}

function settingsNow(app: CommandContext['app'], id: VmId, target: SettingsTarget, signal: AbortSignal) {
  const { connection } = permitted(editAction, 'vm', id, app);
  return needed(connection, 'vm.settings')(id, target, signal);
}

/** Why a key can't be taken: the platform of the VM has no such field, or none that can be written now. */
function notWritable(
  vm: { readonly name: string },
  { key, where }: Given,
  manifest: Manifest,
  manifests: readonly Manifest[],
  mode: SettingsMode,
): FleetError {
  const { title, settings } = manifest;
  const field = settings.find((one) => one.key === key);
  if (field?.kind === 'list')
    return new FleetError('op.unsupported', `${vm.name}: ${field.label} are changed one by one`, {
      fix: `see drover help ${key}`,
    });
  if (field) {
    return new FleetError(
      'op.unsupported',
      `${vm.name}: ${field.label} can't be changed ${mode === 'edit-running' ? 'while the VM runs' : 'in what is saved'}`,
    );
  }
  const others = manifests
    .filter((other) => other.tier !== 'demo' && other.settings.some((one) => one.key === key && isWritable(one)))
    .map((other) => other.id);
  const known = settings.filter(isWritable).map((one) => one.key);
  return new FleetError('usage', `${vm.name} is on ${title}, which has no ${where}${didYouMean(key, known)}`, {
    fix: `it has ${known.map((one) => `--${one}`).join(', ')}${others.length > 0 ? `; --${key} is for ${others.join(', ')}` : ''}`,
  });
}
