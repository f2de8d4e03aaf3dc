import { wait } from '../clock.ts';
import { FleetError } from '../errors.ts';
import { endpointOf, type VmId } from '../ids.ts';
import type { Accepted, Connection, Settings, SettingsTarget } from '../platforms/contract.ts';
import { display } from '../state/fields.ts';
import { endpointStatusOf } from '../state/fleet/store.ts';
import { onceHeardAgain } from './heard-again.ts';
import { whyNoAnswer } from './no-answer.ts';
import { permitted } from './permitted.ts';
import type { Services } from './services.ts';
import { type Target, verifiedSignal, verify, whyElsewhere } from './target.ts';
import { editAction } from './vm.ts';

/** A balloon takes its time to give memory back. */
const SEEN_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 500;

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
  const { id } = chosen;
  await verify(chosen, services, signal);
  const { vm, connection } = permitted(editAction, id, services);
  const { settings, configure } = connection.vm;
  if (!settings || !configure)
    throw new FleetError('op.unsupported', `${vm.name}: this platform can't change settings`);
  const base = basedOn ?? (await settings(id, target, signal));
  const keys = Object.keys(changes);
  const ofChanged = Object.fromEntries(keys.flatMap((key) => (base[key] === undefined ? [] : [[key, base[key]]])));
  const said = spelled(services, id, changes);
  let accepted: Accepted;
  try {
    accepted = await configure(id, target, changes, ofChanged, verifiedSignal(chosen, services, signal));
  } catch (error) {
    if (!(error instanceof FleetError && error.code === 'outcome.unknown')) throw error;
    return `${vm.name}: ${await whatIsTrue(services, chosen, connection, target, changes, signal, error)}`;
  }
  const but = accepted.warnings.map(({ detail }) => `; ${detail}`).join('');
  if (accepted.dryRun) return `${vm.name}: nothing was sent`;

  const end = services.clock.ticks() + SEEN_WITHIN_MS;
  for (;;) {
    const now = await settings(id, target, signal);
    const open = keys.filter((key) => now[key] !== changes[key]);
    if (open.length === 0) return `${vm.name}: ${said} ${target === 'running' ? 'now' : 'saved'}${but}`;
    if (services.clock.ticks() >= end) {
      throw new FleetError(
        'op.timeout',
        `${vm.name}: the host took the change, but ${open.join(', ')} did not follow${but}`,
        {
          fix: 'look at its settings again; the guest may need longer',
        },
      );
    }
    await wait(services.clock, LOOK_EVERY_MS, signal);
  }
}

/** The link died after the change was sent: the settings are read anew, and what is true is said. Nothing is sent twice. */
async function whatIsTrue(
  services: Services,
  chosen: Target,
  connection: Connection,
  target: SettingsTarget,
  changes: Settings,
  signal: AbortSignal,
  lost: FleetError,
): Promise<string> {
  const { id, name } = chosen;
  const why = () => whyNoAnswer(services, endpointOf(id), connection);
  const unknown = (rest: string) =>
    new FleetError('outcome.unknown', `${name}: ${why()} after the change was sent; ${rest}`, {
      cause: lost,
      fix: 'look at its settings before you repeat the change',
    });
  const now = await onceHeardAgain(services, endpointOf(id), signal, (until) =>
    services.sessions.connection(endpointOf(id))?.vm.settings?.(id, target, until),
  );
  const elsewhere = whyElsewhere(chosen, services);
  if (elsewhere !== undefined) throw unknown(`what became of it is not known: ${elsewhere}`);
  if (!now) throw unknown('its endpoint has not come back, so what became of it is not known');
  const open = Object.keys(changes).filter((key) => now[key] !== changes[key]);
  if (open.length > 0) throw unknown(`it has ${spelled(services, id, pick(now, open))} now`);
  return `${spelled(services, id, changes)} ${target === 'running' ? 'now' : 'saved'} (${why()} on the way)`;
}

const pick = (settings: Settings, keys: readonly string[]): Settings =>
  Object.fromEntries(keys.flatMap((key) => (settings[key] === undefined ? [] : [[key, settings[key]]])));

/** `Memory 4GiB, vCPUs 2`, in the words of the platform's fields. */
function spelled({ manifests, store }: Services, id: VmId, changes: Settings): string {
  const platform = endpointStatusOf(store.fleet, id)?.platform;
  const fields = manifests.find((manifest) => manifest.id === platform)?.settings ?? [];
  return Object.entries(changes)
    .map(([key, value]) => {
      const field = fields.find((one) => one.key === key);
      return field ? `${field.label} ${display(field, value)}` : key;
    })
    .join(', ');
}
