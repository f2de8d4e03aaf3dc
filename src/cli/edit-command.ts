import { editVm } from '../actions/edit.ts';
import { bind, type Target } from '../actions/target.ts';
import { editAction } from '../actions/vm.ts';
import { FleetError } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import type { Manifest, Settings, SettingsField, SettingsTarget } from '../platforms/contract.ts';
import { didYouMean } from '../state/config/nearest.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { exitCodeOf } from './exit-code.ts';
import { findVms } from './find.ts';
import type { Flag } from './flags.ts';
import { type Outcome, printResults } from './results.ts';

const RUNNING: Flag = {
  key: 'running',
  label: 'Running',
  help: 'Change the VM that runs now, and what is saved; without it only what is saved.',
  kind: 'flag',
};

/** `vm edit web1 --memory 4GiB`: the fields are those of the VM's platform. */
export const editCommand = (manifests: readonly Manifest[]): Command => ({
  noun: 'vm',
  verb: 'edit',
  help: editAction.help,
  takes: 'NAME…',
  flags: () => [RUNNING, ...flagsOf(manifests)],
  run: (context, { words, values }) => run(manifests, words, values, context),
});

/** Each key once that can be changed somewhere; what not every platform changes says which do. */
function flagsOf(manifests: readonly Manifest[]): readonly Flag[] {
  const flags = new Map<string, Flag>();
  for (const { required: _required, default: _default, ...field } of manifests.flatMap(({ settings }) => settings)) {
    const having = manifests.filter(({ settings }) => settings.some((one) => one.key === field.key && isWritable(one)));
    if (having.length === 0) continue;
    const where = having.length === manifests.length ? '' : ` (${having.map(({ id }) => id).join(', ')})`;
    flags.set(field.key, { ...field, help: `${field.help.split('\n', 1)[0]}${where}` });
  }
  return [...flags.values()];
}

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
  for (const vm of vms) {
    const platform = app.config().endpoints.get(endpointOf(vm.id))?.platform;
    checkFields(manifests.find(({ id }) => id === platform)?.settings ?? [], changes, running === true);
  }
  const outcomes: Outcome[] = [];
  const targets = vms.map(({ id }) => bind(id, app));
  for (const one of targets) outcomes.push(await editOne(app, one, target, changes, signal));
  await printResults(outcomes, vms.length > 1, context);
  const [failed] = outcomes.flatMap(({ error }) => error ?? []);
  return failed === undefined ? EXIT.done : vms.length === 1 ? exitCodeOf(failed) : EXIT.failed;
}

/** What became of one is told whatever becomes of the others. */
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

function checkFields(fields: readonly SettingsField[], changes: Settings, running: boolean): void {
  const mode = running ? 'edit-running' : 'edit-config';
  for (const key of Object.keys(changes)) {
    const field = fields.find((one) => one.key === key);
    if (!field) {
      throw new FleetError(
        'usage',
        `this platform has no --${key}${didYouMean(
          key,
          fields.map((one) => one.key),
        )}`,
      );
    }
    if (field.in[mode] !== 'write') {
      throw new FleetError(
        'op.unsupported',
        `${field.label} can't be changed ${running ? 'while the VM runs' : 'in what is saved'}`,
      );
    }
  }
}
