import { FleetError } from '../../errors.ts';
import { bytes, mib, spellBytes } from '../../units.ts';
import type { Settings, SettingsTarget, SettingValue, VmOps, Warning } from '../contract.ts';
import { asRow } from '../lib/json.ts';
import { refuseStale } from '../lib/refuse-stale.ts';
import { type GuestCall, type GuestCalls, onGuest } from './guest-call.ts';
import { type GuestConfig, readGuestConfig } from './guest-config.ts';
import { manifest } from './manifest.ts';

/** Settings by the keys of the manifest; `config` is what the next start takes, `running` what is now. */
export function createSettings(calls: GuestCalls): Required<Pick<VmOps, 'settings' | 'configure'>> {
  return {
    settings: (id, target, signal) => onGuest(calls, id, signal, async (call) => valuesOf(await read(call, target))),
    configure: (id, target, changes, basedOn, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const config = await read(call, target);
        refuseStale(manifest.settings, call.name, basedOn, valuesOf(config), spell);
        const fields = formOf(call, config, target, changes);
        if (Object.keys(fields).length === 0) return { warnings: [] };
        // The digest of what was compared: another client that changes it between the two requests wins.
        const digest = config.digest === undefined ? {} : { digest: config.digest };
        const accepted = await call.put('/config', { ...fields, ...digest });
        return { ...accepted, warnings: [...accepted.warnings, ...pending(call, changes)] };
      }),
  };
}

/** Without `current` the server tells what will be: pending changes count already. */
async function read(call: GuestCall, target: SettingsTarget): Promise<GuestConfig> {
  const { guest, name, current } = call;
  if (target === 'running' && current.status !== 'running') {
    throw new FleetError('op.conflict', `${name} does not run`, { fix: 'change the saved settings instead' });
  }
  const row = asRow(await call.get('/config', target === 'running' ? { current: 1 } : {}), name);
  return readGuestConfig(row, guest.kind, guest.vmid);
}

const valuesOf = ({ memory, cores, sockets, autostart, description }: GuestConfig): Settings => ({
  memory,
  vcpus: cores * sockets,
  autostart,
  description,
});

const spell = (key: string, value: SettingValue | undefined): string =>
  key === 'memory' && typeof value === 'number' ? spellBytes(bytes(value)) : String(value ?? '-');

type Form = Record<string, string>;

function formOf({ name }: GuestCall, config: GuestConfig, target: SettingsTarget, changes: Settings): Form {
  const form: Form = {};
  for (const [key, value] of Object.entries(changes)) {
    if (target === 'running' && (key === 'memory' || key === 'vcpus')) {
      throw new FleetError('op.refused', `${name}: ${key} of a running guest is not changed here`, {
        fix: 'change the saved setting; it holds from the next start on',
      });
    }
    if (key === 'memory') form['memory'] = String(Math.round(Number(value) / mib(1)));
    else if (key === 'vcpus') form['cores'] = String(coresFor(name, Number(value), config.sockets));
    else if (key === 'autostart') form['onboot'] = value === true ? '1' : '0';
    else if (key === 'description' && value === '') form['delete'] = 'description';
    else if (key === 'description') form['description'] = String(value);
    else throw new FleetError('usage', `${key} is no setting of a Proxmox VE guest`);
  }
  return form;
}

function coresFor(name: string, vcpus: number, sockets: number): number {
  if (vcpus % sockets === 0) return vcpus / sockets;
  throw new FleetError('op.refused', `${name} has ${sockets} sockets: ${vcpus} vCPUs can't be shared out evenly`, {
    fix: `take a multiple of ${sockets}`,
  });
}

function pending({ name, current }: GuestCall, changes: Settings): readonly Warning[] {
  const waits = ['memory', 'vcpus'].filter((key) => changes[key] !== undefined);
  if (current.status !== 'running' || waits.length === 0) return [];
  return [{ feature: waits.join(', '), detail: `${name} gets it when it is started the next time` }];
}
