import { FleetError } from '../../../errors.ts';
import { bytes, mib, spellBytes } from '../../../units.ts';
import {
  isPairs,
  type Settings,
  type SettingsTarget,
  type SettingValue,
  type VmOps,
  type Warning,
} from '../../contract.ts';
import { type ChangeStep, sendSteps } from '../../lib/change-steps.ts';
import { asRow, type Row, textOf } from '../../lib/json.ts';
import { refuseStale } from '../../lib/refuse-stale.ts';
import { pairsIn } from '../../lib/spec-values.ts';
import {
  firewallSteps,
  type GuestFirewall,
  readGuestFirewall,
  refuseUnknownGroups,
  wantedFirewall,
  whyGroupsSleep,
} from '../firewall/guest-firewall.ts';
import { type GuestCall, type GuestCalls, onGuest, pathOf } from '../guest-call.ts';
import { type GuestConfig, readGuestConfig } from '../guest-config.ts';
import { numberOf } from '../json.ts';
import { manifest } from '../manifest.ts';
import { settled } from '../tasks.ts';
import { changeConfig } from './change-config.ts';
import { askHa, readHa } from './ha.ts';
import { checkNotes, type Notes, writeNotes } from './notes.ts';
import { movePool } from './pools.ts';

/** Settings by the keys of the manifest; `config` is what the next start takes, `running` what is now. */
export function createSettings(calls: GuestCalls): Required<Pick<VmOps, 'settings' | 'planConfigure' | 'configure'>> {
  /** Throws what stands against a change. */
  async function prepare(call: GuestCall, target: SettingsTarget, changes: Settings, basedOn: Settings) {
    const now = await read(calls, call, target);
    refuseStale(manifest.settings, call.name, basedOn, valuesOf(call, now), spell);
    refuseReturn(call, changes);
    const form = formOf(call, now, target, changes);
    return { now, form, sleeping: await checkGroups(calls, call, now, changes) };
  }
  return {
    settings: (id, target, signal) =>
      onGuest(calls, id, signal, async (call) => valuesOf(call, await read(calls, call, target))),
    planConfigure: (id, target, changes, basedOn, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const { sleeping } = await prepare(call, target, changes, basedOn);
        return { warnings: [...(target === 'running' ? [] : pending(call, changes)), ...sleeping] };
      }),
    configure: (id, target, changes, basedOn, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const { now, form, sleeping } = await prepare(call, target, changes, basedOn);
        const warnings: Warning[] = [...sleeping];
        await sendSteps(stepsOf(calls, call, { now, target, changes, form, warnings }), halfDone(call));
        return { warnings };
      }),
  };
}

interface Now {
  readonly row: Row;
  readonly config: GuestConfig;
  readonly ha: string;
  readonly firewall: GuestFirewall;
}

/** Without `current` the server tells what will be: pending changes count already. */
async function read({ api }: GuestCalls, call: GuestCall, target: SettingsTarget): Promise<Now> {
  const { guest, name, current, signal } = call;
  if (target === 'running' && current.status !== 'running') {
    throw new FleetError('op.conflict', `${name} does not run`, { fix: 'change the saved settings instead' });
  }
  const [answer, ha, firewall] = await Promise.all([
    call.get('/config', target === 'running' && guest.kind === 'qemu' ? { current: 1 } : {}),
    readHa(api, guest, signal),
    readGuestFirewall(api, guest, signal),
  ]);
  const row = asRow(answer, name);
  return { row, config: readGuestConfig(row, guest.kind, guest.vmid), ha, firewall };
}

const KEPT: ReadonlySet<string> = new Set(['plan', 'profile', 'image']);
/** kcli's own, which users do not set. */
const DATE = 'creationdate';

function valuesOf({ guest, name }: GuestCall, { row, config, ha, firewall }: Now): Settings {
  const { memory, cores, sockets, autostart, notes } = config;
  const { pairs } = notes;
  return {
    name: config.name ?? name,
    memory,
    vcpus: numberOf(row, 'vcpus') ?? cores * sockets,
    autostart,
    description: notes.text,
    ...Object.fromEntries([...KEPT].map((key) => [key, pairs[key] ?? ''])),
    metadata: Object.fromEntries(Object.entries(pairs).filter(([key]) => !KEPT.has(key) && key !== DATE)),
    tags: wordsOf(textOf(row, 'tags')).join(','),
    'resource-pool': guest.pool ?? '',
    ha,
    firewall: firewall.isOn,
    'security-groups': firewall.groups.join(','),
    protection: config.protected,
    hotplug: guest.kind === 'qemu' ? (textOf(row, 'hotplug') ?? 'network,disk,usb') : '',
    boot: /^order=(.*)$/.exec(textOf(row, 'boot') ?? '')?.[1]?.replaceAll(';', ',') ?? '',
    template: guest.template,
  };
}

const wordsOf = (text: string | undefined): readonly string[] => text?.split(/[;,\s]+/).filter(Boolean) ?? [];

function spell(key: string, value: SettingValue | undefined): string {
  if (key === 'memory' && typeof value === 'number') return spellBytes(bytes(value));
  if (value !== undefined && isPairs(value))
    return (
      Object.entries(value)
        .map((pair) => pair.join('='))
        .join(', ') || '-'
    );
  return String(value ?? '-') || '-';
}

type Form = Record<string, string>;
type Writer = (value: SettingValue, now: Now, call: GuestCall, target: SettingsTarget) => Form;

const orDelete = (key: string, value: string): Form => (value === '' ? { delete: key } : { [key]: value });

/** By key, what is sent for it; those of the notes are put together, and pools and high availability are no settings of a guest. */
const WRITERS: Readonly<Record<string, Writer>> = {
  name: (value, _now, { guest }) => ({ [guest.kind === 'qemu' ? 'name' : 'hostname']: String(value) }),
  memory(value, { row }, { guest, name }, target) {
    if (target === 'running' && guest.kind === 'qemu')
      refuseUnplugged(name, 'memory', row, numberOf(row, 'numa') === 1);
    return { memory: String(Math.round(Number(value) / mib(1))) };
  },
  vcpus(value, { row, config }, { guest, name }, target) {
    const count = Number(value);
    const { cores, sockets } = config;
    if (target === 'running' && guest.kind === 'qemu') {
      refuseUnplugged(name, 'cpu', row, true);
      if (count > cores * sockets)
        throw new FleetError('op.refused', `${name} has room for ${cores * sockets} vCPUs while it runs`, {
          fix: 'change the saved setting; it holds from the next start on',
        });
      return { vcpus: String(count) };
    }
    return { cores: String(coresFor(name, count, sockets)), ...(row['vcpus'] !== undefined && { delete: 'vcpus' }) };
  },
  autostart: (value) => ({ onboot: value === true ? '1' : '0' }),
  tags: (value) => orDelete('tags', wordsOf(String(value)).join(';')),
  protection: (value) => ({ protection: value === true ? '1' : '0' }),
  hotplug: (value, _now, call) => ofMachine(call, 'hotplug', orDelete('hotplug', String(value))),
  boot: (value, _now, call) =>
    ofMachine(
      call,
      'boot',
      String(value) === '' ? { delete: 'boot' } : { boot: `order=${wordsOf(String(value)).join(';')}` },
    ),
};

function ofMachine({ guest, name }: GuestCall, key: string, form: Form): Form {
  if (guest.kind === 'qemu') return form;
  throw new FleetError('op.refused', `${name} is a container, which has no ${key}`);
}

function refuseUnplugged(name: string, what: 'memory' | 'cpu', row: Row, isAble: boolean): void {
  const plugs = textOf(row, 'hotplug') ?? 'network,disk,usb';
  if (isAble && (plugs === '1' || plugs.split(',').includes(what))) return;
  throw new FleetError('op.refused', `${name} takes no ${what === 'cpu' ? 'vCPUs' : 'memory'} while it runs`, {
    fix: `change the saved setting, or let its hotplug have ${what}${what === 'memory' ? ' and its NUMA be on' : ''} before it starts`,
  });
}

const OF_NOTES: ReadonlySet<string> = new Set(['description', 'metadata', ...KEPT]);
const ELSEWHERE: ReadonlySet<string> = new Set(['resource-pool', 'ha', 'firewall', 'security-groups', 'template']);

function formOf(call: GuestCall, now: Now, target: SettingsTarget, changes: Settings): Form {
  const forms = Object.entries(changes).map(([key, value]): Form => {
    if (OF_NOTES.has(key) || ELSEWHERE.has(key)) return {};
    const writer = WRITERS[key];
    if (!writer) throw new FleetError('usage', `${key} is no setting of a Proxmox VE guest`);
    return writer(value, now, call, target);
  });
  if (Object.keys(changes).some((key) => OF_NOTES.has(key))) {
    const notes = notesWith(now.config.notes, changes);
    checkNotes(notes);
    forms.push(orDelete('description', writeNotes(notes)));
  }
  const doomed = forms.flatMap((form) => form['delete'] ?? []);
  return { ...Object.assign({}, ...forms), ...(doomed.length > 0 && { delete: doomed.join(',') }) };
}

/** Why groups that it is to have would not hold. Rejects with securitygroup.not-found. */
async function checkGroups(
  { api }: GuestCalls,
  { name, signal }: GuestCall,
  { row, firewall }: Now,
  changes: Settings,
): Promise<readonly Warning[]> {
  const { isOn = firewall.isOn, groups = firewall.groups } = wantedFirewall(changes);
  if (changes['firewall'] === undefined && changes['security-groups'] === undefined) return [];
  const fresh = groups.filter((word) => !firewall.groups.includes(word));
  await refuseUnknownGroups(api, name, fresh, new Set(Object.keys(row)), signal);
  return whyGroupsSleep(api, { name }, { isOn, groups }, row, signal);
}

function notesWith({ text, pairs }: Notes, changes: Settings): Notes {
  const { description, metadata } = changes;
  const own = Object.fromEntries(
    Object.entries(pairs).filter(([key]) => metadata === undefined || KEPT.has(key) || key === DATE),
  );
  const kept = Object.entries(changes).flatMap(([key, value]) =>
    KEPT.has(key) ? [[key, String(value).trim()] as const] : [],
  );
  return {
    text: description === undefined ? text : String(description).trim(),
    pairs: { ...own, ...pairsIn(changes, 'metadata'), ...Object.fromEntries(kept) },
  };
}

function coresFor(name: string, vcpus: number, sockets: number): number {
  if (vcpus % sockets === 0) return vcpus / sockets;
  throw new FleetError('op.refused', `${name} has ${sockets} sockets: ${vcpus} vCPUs can't be shared out evenly`, {
    fix: `take a multiple of ${sockets}`,
  });
}

interface Steps {
  readonly now: Now;
  readonly target: SettingsTarget;
  readonly changes: Settings;
  readonly form: Form;
  readonly warnings: Warning[];
}

function stepsOf(
  calls: GuestCalls,
  call: GuestCall,
  { now, target, changes, form, warnings }: Steps,
): readonly ChangeStep[] {
  const { api, clock, index, touched } = calls;
  const { guest, name, signal } = call;
  const steps: ChangeStep[] = [];
  const step = (keys: readonly string[], send: () => Promise<unknown>) => steps.push({ keys, send });
  const { template, ha, 'resource-pool': pool } = changes;
  if (Object.keys(form).length > 0) {
    const keys = Object.keys(changes).filter((key) => !ELSEWHERE.has(key));
    step(keys, async () => {
      // The digest of what was compared: another client that changes it between the two requests wins.
      const { digest } = now.config;
      if (target === 'running') warnings.push(...(await changeConfig(calls, call, form, { digest })));
      else {
        await call.put('/config', { ...form, ...(digest !== undefined && { digest }) });
        warnings.push(...pending(call, changes));
      }
    });
  }
  if (pool !== undefined)
    step(['resource-pool'], async () => {
      await movePool(api, guest, String(pool), signal);
      await index.refreshed(guest.key, signal);
    });
  steps.push(...firewallSteps(api, guest, now.firewall, wantedFirewall(changes), signal));
  if (ha !== undefined) step(['ha'], () => askHa(api, guest, String(ha), signal));
  if (template === true && !guest.template)
    step(['template'], async () => {
      const answer = await api.post(`${pathOf(guest)}/template`, { signal, subject: name, form: {} });
      warnings.push(...(await settled(answer, { api, clock, signal, subject: name })));
      await index.refreshed(guest.key, signal);
      touched(guest.key);
    });
  return steps;
}

function refuseReturn({ guest, name }: GuestCall, { template }: Settings): void {
  if (template === false && guest.template)
    throw new FleetError('op.refused', `${name} stays a template: its disks are read-only`, { fix: 'clone it whole' });
}

const halfDone =
  ({ name }: GuestCall) =>
  (done: readonly string[], failed: readonly string[], why: string): string =>
    `${name}: ${failed.join(', ')} was not changed (${why}); ${done.join(', ')} was`;

/** What a guest that runs gets with its next start; containers take memory and cores at once. */
function pending({ name, guest, current }: GuestCall, changes: Settings): readonly Warning[] {
  const waits = ['memory', 'vcpus', 'boot'].filter((key) => changes[key] !== undefined);
  if (current.status !== 'running' || waits.length === 0 || guest.kind === 'lxc') return [];
  return [{ feature: waits.join(', '), detail: `${name} gets it when it is started the next time` }];
}
