import { FleetError } from '../../../errors.ts';
import { formatBytes } from '../../../units.ts';
import type { Settings, SettingsTarget, VmOps, Warning } from '../../contract.ts';
import { type ChangeStep, sendSteps } from '../../lib/change-steps.ts';
import { refuseStale } from '../../lib/refuse-stale.ts';
import { readBoot } from '../boot/next-boot.ts';
import { completeTopology } from '../definition/cpu-parts.ts';
import { keysDefined, readDefined, withDefined } from '../definition/definition-settings.ts';
import { adviceOf, refuseLacking } from '../definition/host-checks.ts';
import { readWhole, redefine, refuseTransient } from '../files/definition.ts';
import type { Host } from '../host/host-call.ts';
import { manifest } from '../manifest.ts';
import { refuseOs } from '../metadata/guest-os.ts';
import { type KeptChanges, keptChanges, readKept, setKept, spellValue } from '../metadata/kept-settings.ts';
import { type Drives, driveSettings, drivesOf, withDrives } from '../parts/drives.ts';
import { type PlannedParts, partRows, planParts, withoutParts } from '../parts/part-changes.ts';
import { AFFECT, XML } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { unlessGone } from '../vm/guest.ts';
import { type GuestCall, type GuestCalls, onGuest } from '../vm/guest-call.ts';
import { readDevices } from '../xml/device-xml.ts';
import { readDocument } from '../xml/document.ts';
import { readDomainXml } from '../xml/domain-xml.ts';
import { guestOsOf } from '../xml/guest-os.ts';
import { everywhere, inOrder } from './apply-settings.ts';

type SettingsOps = Required<Pick<VmOps, 'settings' | 'planConfigure' | 'configure'>>;

/**
 * Settings by the keys of the manifest; `config` is what the next start takes, `running` what is now. Without a `host` disks and
 * NICs are only read.
 */
export function createSettings(calls: GuestCalls, host?: Host): SettingsOps {
  return {
    settings: (id, target, signal) =>
      onGuest(calls, id, signal, async (call) => (await readAll(call, target)).settings),
    planConfigure: (id, target, asked, basedOn, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const change = await prepare(call, host, target, asked, basedOn);
        const defined = change.defined.length > 0 ? await withDefined(change.xml, change.changes) : NOTHING;
        const advice = await adviceOf(call, target, change.changes, change.now);
        return { warnings: [...change.warnings, ...change.parts.warnings, ...defined.warnings, ...advice] };
      }),
    configure: (id, target, asked, basedOn, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const { now, changes, warnings, kept, defined, parts } = await prepare(call, host, target, asked, basedOn);
        const step = (keys: readonly string[], work: () => Promise<readonly Warning[]>): ChangeStep => ({
          keys,
          async send() {
            warnings.push(...(await call.change(`set ${keys.join(', ')}`, work)));
          },
        });
        const steps = inOrder(changes, now).flatMap(([key, apply]) => {
          const value = changes[key];
          if (value === undefined || defined.includes(key)) return [];
          return [step([key], async () => (await apply(call, value, target, now)) ?? [])];
        });
        // Where there can be fewer vCPUs from now on, those in use come first.
        const at = Number(changes['max-vcpus'] ?? now['max-vcpus']) < Number(now['max-vcpus']) ? steps.length : 0;
        if (defined.length > 0)
          steps.splice(
            at,
            0,
            step(defined, () => define(call, changes)),
          );
        if (kept)
          steps.push(
            step(kept.keys, async () => {
              await everywhere(call, target, (flags) => setKept(call, kept, flags));
              return [];
            }),
          );
        steps.push(...parts.steps);
        await sendSteps(steps, (done, _failed, why) => `${why} (already changed: ${done.join(', ')})`);
        return { warnings: [...warnings, ...parts.warnings] };
      }),
  };
}

const NOTHING = { warnings: [] };
/** A new VM has other fields of the same keys. */
const EDITED = manifest.settings.filter((field) => field.in['edit-config'] !== undefined);

interface Change {
  readonly now: Settings;
  /** What was asked for, and what that takes along. */
  readonly changes: Settings;
  readonly kept: KeptChanges | undefined;
  /** Keys of what is changed in the text of the definition. */
  readonly defined: readonly string[];
  readonly warnings: Warning[];
  /** Disks and NICs. */
  readonly parts: PlannedParts;
  /** The definition as it was looked at, without its passwords. */
  readonly xml: string;
}

/** Everything that is known before anything is sent. Rejects with the reason why it can't be. */
async function prepare(
  call: GuestCall,
  host: Host | undefined,
  target: SettingsTarget,
  wanted: Settings,
  basedOn: Settings,
): Promise<Change> {
  const { domain } = call;
  const { settings: now, xml, drives } = await readAll(call, target);
  refuseStale(EDITED, domain.name, basedOn, now, spellValue);
  const { asked: all, warnings: ofDrives } = withDrives(domain.name, drives, wanted, now);
  const asked = withoutParts(all);
  const kept = keptChanges(asked, now);
  refuseOs(String(asked['os'] ?? ''));
  const { changes, warnings } = withLimits(asked, now, target);
  refuseAboveLimit(domain.name, changes, now, target);
  if (target === 'running' && changes['memory'] !== undefined && now['balloon'] === false)
    throw new FleetError('op.refused', `${domain.name} has no balloon: its memory can't change while it runs`, {
      fix: 'change what is saved, and restart it',
    });
  const defined = keysDefined(changes, now);
  if (defined.length > 0) {
    if (target === 'running')
      throw new FleetError('op.refused', `${domain.name}: ${defined.join(', ')} can be changed in what is saved alone`);
    await refuseTransient(call);
  }
  if (target === 'config') await refuseLacking(call, await readDocument(xml, 'domain'), changes);
  const parts = await planParts(host, call, target, now, all);
  warnings.push(...ofDrives);
  return { now, changes, warnings, kept, defined, parts, xml };
}

async function define(call: GuestCall, changes: Settings): Promise<readonly Warning[]> {
  const { xml, warnings } = await withDefined(await readWhole(call), changes);
  await redefine(call, xml);
  return warnings;
}

async function readAll(
  call: GuestCall,
  target: SettingsTarget,
): Promise<{ readonly settings: Settings; readonly xml: string; readonly drives: Drives }> {
  const { client, domain, signal } = call;
  if (target === 'running' && domain.id === -1) throw new FleetError('op.conflict', `${domain.name} does not run`);
  const [xml, autostart, kept] = await Promise.all([
    client.call(procedures.domainXml, { domain, flags: target === 'config' ? XML.inactive : 0 }, { signal }),
    client.call(procedures.domainAutostart, { domain }, { signal }).catch(unlessGone(false)),
    readKept(call, target === 'config' ? AFFECT.config : AFFECT.live),
  ]);
  const read = await readDomainXml(xml);
  const { memory, maxMemory, cpus, maxCpus, title, description } = read;
  const drives = drivesOf(domain.name, read);
  const parts = await partRows(call, await readDevices(xml));
  const document = await readDocument(xml, 'domain');
  const settings: Settings = {
    name: domain.name,
    memory,
    'max-memory': maxMemory,
    vcpus: cpus,
    autostart,
    title: title ?? '',
    description: description ?? '',
    ...kept,
    os: guestOsOf(document),
    ...readDefined(document),
    'max-vcpus': maxCpus,
    ...(await readBoot(xml)),
    ...parts,
    ...driveSettings(drives, parts),
  };
  return { settings, xml, drives };
}

const LIMITS = [
  ['memory', 'max-memory', (bytes: number) => formatBytes(bytes)],
  ['vcpus', 'max-vcpus', String],
] as const;

/** What is saved for the next start takes its limit along when it outgrows it, unless the limit was set as well. */
function withLimits(asked: Settings, now: Settings, target: SettingsTarget) {
  const changes: Record<string, Settings[string]> = { ...(target === 'config' ? completeTopology(asked, now) : asked) };
  const warnings: Warning[] = [];
  const most = changes['max-vcpus'];
  if (most !== undefined && asked['max-vcpus'] === undefined)
    warnings.push({
      feature: 'max-vcpus',
      detail: `max-vcpus is ${String(most)} then, since that is what the topology makes`,
    });
  for (const [key, limitKey, spell] of target === 'config' ? LIMITS : []) {
    const wanted = asked[key];
    if (wanted === undefined || changes[limitKey] !== undefined || !(Number(wanted) > Number(now[limitKey]))) continue;
    changes[limitKey] = wanted;
    warnings.push({
      feature: limitKey,
      detail: `${limitKey} is raised to ${spell(Number(wanted))} as well, since ${key} was set above it`,
    });
  }
  return { changes, warnings };
}

/** libvirt would say so too, but not what to do about it. */
function refuseAboveLimit(name: string, changes: Settings, now: Settings, target: SettingsTarget): void {
  for (const [key, limitKey, spell] of LIMITS) {
    const [wanted, limit] = [Number(changes[key]), Number(changes[limitKey] ?? now[limitKey])];
    if (!(wanted > limit)) continue;
    throw new FleetError(
      'op.refused',
      `${name}: ${key} ${spell(wanted)} is more than its ${limitKey}, ${spell(limit)}`,
      {
        fix:
          target === 'config'
            ? `raise ${limitKey} as well`
            : `raise ${limitKey} in the saved settings; the next start takes it`,
      },
    );
  }
}
