import { FleetError } from '../errors.ts';
import type { VmId } from '../ids.ts';
import {
  type Connection,
  isReached,
  isRows,
  type Settings,
  type SettingsField,
  type SettingsTarget,
} from '../platforms/contract.ts';
import { display } from '../state/fields.ts';
import { endpointStatusOf } from '../state/fleet/store.ts';
import { versionComplaint } from '../state/templates/version-complaint.ts';
import type { ObjectAction } from './action.ts';
import { needed } from './object-action.ts';
import { perform } from './perform.ts';
import { permitted } from './permitted.ts';
import type { Services } from './services.ts';
import type { Target } from './target.ts';
import { editAction } from './vm.ts';

/** A balloon takes its time to give memory back. */
const SEEN_WITHIN_MS = 15_000;

/**
 * Changes settings of a VM and reads them again: only what the host shows afterwards is said to be so.
 * `basedOn` is what the form was filled with; undefined takes what is true now. Answers the sentence of what is true.
 */
export async function editVm(
  services: Services,
  chosen: Target,
  target: SettingsTarget,
  changes: Settings,
  basedOn: Settings | undefined,
  signal: AbortSignal,
): Promise<string> {
  refuseVersion(services, changes);
  const action = changeOf(services, chosen.id as VmId, target, changes, basedOn);
  return (await perform(action, chosen, {}, services, signal, () => {})).text;
}

/**
 * What the platform says to a change before it is made, one sentence each. Rejects with the reason where it is known already that it
 * can't be; nothing where the platform does not look.
 */
export async function adviceOnEdit(
  services: Services,
  id: VmId,
  target: SettingsTarget,
  changes: Settings,
  basedOn: Settings,
  signal: AbortSignal,
): Promise<readonly string[]> {
  refuseVersion(services, changes);
  const plan = permitted(editAction, 'vm', id, services).connection.vm.planConfigure;
  if (!plan) return [];
  const { warnings } = await plan(id, target, changes, picked(basedOn, Object.keys(changes)), signal);
  return warnings.map(({ feature, detail }) => `${labelOf(services, id, target, feature)}: ${detail}`);
}

/** A profile may say of which version of a template the VM is, which the library knows better than the platform. */
function refuseVersion({ store }: Services, { profile }: Settings): void {
  const complaint = versionComplaint(profile, store.fleet.library);
  if (complaint !== undefined) throw new FleetError('op.refused', complaint, { fix: 'name one of these versions' });
}

const labelOf = (services: Services, id: VmId, target: SettingsTarget, key: string): string =>
  fieldsOf(services, id, target).find((field) => field.key === key)?.label ?? key;

/** One change of settings as an action: its outcome is seen by reading them. */
function changeOf(
  services: Services,
  id: VmId,
  target: SettingsTarget,
  changes: Settings,
  basedOn: Settings | undefined,
): ObjectAction<'vm'> {
  const keys = Object.keys(changes);
  const fields = fieldsOf(services, id, target);
  const read = (connection: Connection, signal: AbortSignal) => needed(connection, 'vm.settings')(id, target, signal);
  return {
    ...editAction,
    kind: 'object',
    outcome: () => ({
      by: 'read',
      words: wordsFor(fields, target, changes),
      limitMs: SEEN_WITHIN_MS,
      late: 'look at its settings again; the guest may need longer',
      async read(connection, signal) {
        const now = await read(connection, signal);
        const open = keys.filter(
          (key) =>
            !isReached(
              fields.find((one) => one.key === key),
              changes[key],
              now[key],
            ),
        );
        return open.length === 0 || `has ${spelled(fields, picked(now, open))}`;
      },
    }),
    async send(connection, vm, _args, signal) {
      const configure = needed(connection, 'vm.configure');
      const base = basedOn ?? (await read(connection, signal));
      return configure(vm.id, target, changes, picked(base, keys), signal);
    },
  };
}

/** A new VM may have other fields of the same keys. */
function fieldsOf({ manifests, store }: Services, id: VmId, target: SettingsTarget): readonly SettingsField[] {
  const platform = endpointStatusOf(store.fleet, id)?.platform;
  const mode = target === 'running' ? 'edit-running' : 'edit-config';
  const settings = manifests.find((manifest) => manifest.id === platform)?.settings ?? [];
  return settings.filter((field) => field.in[mode] !== undefined);
}

/** Those of these keys that there are. */
const picked = (settings: Settings, keys: readonly string[]): Settings =>
  Object.fromEntries(keys.flatMap((key) => (settings[key] === undefined ? [] : [[key, settings[key]]])));

/** `has Memory 4GiB saved`, `is called web2 now`, or both. */
function wordsFor(fields: readonly SettingsField[], target: SettingsTarget, { name, ...changes }: Settings): string {
  const renamed = name === undefined ? [] : [`is called ${String(name)} now`];
  const changed = spelled(fields, changes);
  const others = changed === '' ? [] : [`has ${changed} ${target === 'running' ? 'now' : 'saved'}`];
  return [...renamed, ...others].join(' and ');
}

/** `Memory 4GiB, vCPUs 2, 3 disks`, in the words of the platform's fields. */
function spelled(fields: readonly SettingsField[], changes: Settings): string {
  return Object.entries(changes)
    .map(([key, value]) => {
      const field = fields.find((one) => one.key === key);
      if (field?.kind === 'list' && isRows(value))
        return `${value.length} ${value.length === 1 ? field.one : field.many}`;
      return field ? `${field.label} ${display(field, value)}` : key;
    })
    .join(', ');
}
