/** Disks and NICs in the settings of a guest: rows, each of which is changed by the operation that disks and NICs have. */
import { FleetError } from '../../../errors.ts';
import { isRows, type ListField, type Settings, type SettingsTarget, type Warning } from '../../contract.ts';
import type { ChangeStep } from '../../lib/change-steps.ts';
import { refuseTransient } from '../files/definition.ts';
import type { Host } from '../host/host-call.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import { type GuestDevices, readToChange } from '../vm/guest-devices.ts';
import type { Devices } from '../xml/device-xml.ts';
import { diskChange, diskRows } from './disk-rows.ts';
import { attachedDisks, attachedNics } from './fields.ts';
import { nicChange, nicRows } from './nic-rows.ts';
import { type PartChange, type RowChange, rowChanges } from './row-changes.ts';

type Planned = (host: Host, call: GuestCall, devices: GuestDevices, change: RowChange) => Promise<PartChange>;

const PARTS: readonly (readonly [ListField, Planned])[] = [
  [attachedDisks, diskChange],
  [attachedNics, (host, call, _devices, change) => nicChange(host, call, change)],
];
const KEYS: ReadonlySet<string> = new Set(PARTS.map(([{ key }]) => key));

export const partRows = async (call: GuestCall, devices: Devices): Promise<Settings> => ({
  [attachedDisks.key]: await diskRows(call, devices),
  [attachedNics.key]: nicRows(devices),
});

/** What was asked for, without disks and NICs. */
export const withoutParts = (asked: Settings): Settings =>
  Object.fromEntries(Object.entries(asked).filter(([key]) => !KEYS.has(key)));

export interface PlannedParts {
  readonly steps: readonly ChangeStep[];
  /** Filled as the steps go. */
  readonly warnings: Warning[];
}

/**
 * Every row is looked up before the first one is changed. Rejects with the reason why one of them can't be; `host` is undefined
 * where libvirt changes no devices.
 */
export async function planParts(
  host: Host | undefined,
  call: GuestCall,
  target: SettingsTarget,
  now: Settings,
  asked: Settings,
): Promise<PlannedParts> {
  const changes = PARTS.flatMap(([field, plan]) => {
    const [before, wanted] = [now[field.key], asked[field.key]];
    if (!isRows(wanted)) return [];
    return rowChanges(field, call.domain.name, isRows(before) ? before : [], wanted).map((change) => ({
      plan,
      change,
    }));
  });
  const warnings: Warning[] = [];
  if (changes.length === 0) return { steps: [], warnings };
  if (!host) throw new FleetError('op.unsupported', `drover changes no devices of libvirt's test driver`);
  if (target === 'config') await refuseTransient(call);
  const devices = await affectedBy(call, target);
  const steps: ChangeStep[] = [];
  for (const { plan, change } of changes) {
    const part = await plan(host, call, devices, change);
    warnings.push(...part.warnings);
    steps.push({
      keys: [part.what],
      async send() {
        warnings.push(...(await part.send(call, await affectedBy(call, target))));
      },
    });
  }
  return { steps, warnings };
}

/** Of a guest that runs, what is saved is changed without what runs. */
async function affectedBy(call: GuestCall, target: SettingsTarget): Promise<GuestDevices> {
  const devices = await readToChange(call);
  return target === 'running' || !devices.saved
    ? devices
    : { live: undefined, saved: devices.saved, now: devices.saved };
}
