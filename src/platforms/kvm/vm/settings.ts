import { FleetError } from '../../../errors.ts';
import { formatBytes } from '../../../units.ts';
import type { Settings, SettingsTarget, VmOps, Warning } from '../../contract.ts';
import { refuseStale } from '../../lib/refuse-stale.ts';
import { manifest } from '../manifest.ts';
import { AFFECT, MAXIMUM, METADATA, procedures, XML } from '../rpc/protocol.ts';
import { readDomainXml } from '../xml/domain-xml.ts';
import { unlessGone } from './guest.ts';
import { CHANGE_MS, type GuestCall, type GuestCalls, onGuest } from './guest-call.ts';

/** Settings by the keys of the manifest; `config` is what the next start takes, `running` what is now. */
export function createSettings(calls: GuestCalls): Required<Pick<VmOps, 'settings' | 'configure'>> {
  return {
    settings: (id, target, signal) => onGuest(calls, id, signal, (call) => read(call, target)),
    configure: (id, target, asked, basedOn, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const now = await read(call, target);
        refuseStale(manifest.settings, call.domain.name, basedOn, now);
        const { changes, warnings } = withLimits(asked, now, target);
        refuseAboveLimit(call.domain.name, changes, now, target);
        const done: string[] = [];
        for (const [key, apply] of inOrder(changes, now)) {
          const value = changes[key];
          if (value === undefined) continue;
          try {
            const warning = await call.change(`set ${key}`, () => apply(call, value, target, now));
            if (warning) warnings.push(warning);
            done.push(key);
          } catch (error) {
            throw halfDone(error, done);
          }
        }
        return { warnings };
      }),
  };
}

async function read({ client, domain, signal }: GuestCall, target: SettingsTarget): Promise<Settings> {
  if (target === 'running' && domain.id === -1) throw new FleetError('op.conflict', `${domain.name} does not run`);
  const [xml, autostart] = await Promise.all([
    client.call(procedures.domainXml, { domain, flags: target === 'config' ? XML.inactive : 0 }, { signal }),
    client.call(procedures.domainAutostart, { domain }, { signal }).catch(unlessGone(false)),
  ]);
  const { memory, maxMemory, cpus, maxCpus, title, description } = await readDomainXml(xml);
  return {
    memory,
    'max-memory': maxMemory,
    vcpus: cpus,
    'max-vcpus': maxCpus,
    autostart,
    title: title ?? '',
    description: description ?? '',
  };
}

const LIMITS = [
  ['memory', 'max-memory', (bytes: number) => formatBytes(bytes)],
  ['vcpus', 'max-vcpus', String],
] as const;

/** What is saved for the next start takes its limit along when it outgrows it, unless the limit was set as well. */
function withLimits(asked: Settings, now: Settings, target: SettingsTarget) {
  const changes: Record<string, Settings[string]> = { ...asked };
  const warnings: Warning[] = [];
  for (const [key, limitKey, spell] of target === 'config' ? LIMITS : []) {
    const wanted = asked[key];
    if (wanted === undefined || asked[limitKey] !== undefined || !(Number(wanted) > Number(now[limitKey]))) continue;
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

type Apply = (
  call: GuestCall,
  value: Settings[string],
  target: SettingsTarget,
  now: Settings,
) => Promise<Warning | undefined>;

/** A limit grows before what it limits, and shrinks after it. */
function inOrder(changes: Settings, now: Settings): readonly (readonly [string, Apply])[] {
  const grows = (key: string) => Number(changes[key] ?? now[key]) > Number(now[key]);
  const pair = (value: readonly [string, Apply], limit: readonly [string, Apply]) =>
    grows(limit[0]) ? [limit, value] : [value, limit];
  return [
    ...pair(['memory', setMemory], ['max-memory', setMaxMemory]),
    ...pair(['vcpus', setCpus], ['max-vcpus', setMaxCpus]),
    ['autostart', setAutostart],
    ['title', setText(METADATA.title)],
    ['description', setText(METADATA.description)],
  ];
}

/** Live first: what the running guest refuses must not be saved either. A guest without a saved config has only the one. */
async function everywhere(
  call: GuestCall,
  target: SettingsTarget,
  set: (flags: number) => Promise<unknown>,
): Promise<void> {
  if (target === 'config') return void (await set(AFFECT.config));
  await set(AFFECT.live);
  const persistent = await call.client.call(
    procedures.domainIsPersistent,
    { domain: call.domain },
    { signal: call.signal },
  );
  if (persistent) await set(AFFECT.config);
}

const timing = ({ signal }: GuestCall) => ({ signal, deadlineMs: CHANGE_MS });

const setMemory: Apply = async (call, value, target) => {
  const { client, domain } = call;
  const kib = Math.round(Number(value) / 1024);
  await everywhere(call, target, (flags) => client.call(procedures.setMemory, { domain, kib, flags }, timing(call)));
  // The balloon driver of the guest does it, in its own time, or not at all.
  return target === 'running'
    ? { feature: 'memory', detail: 'asked: the guest gives or takes it within some seconds' }
    : undefined;
};

const setMaxMemory: Apply = async (call, value) => {
  const kib = Math.round(Number(value) / 1024);
  const flags = AFFECT.config + MAXIMUM;
  await call.client.call(procedures.setMemory, { domain: call.domain, kib, flags }, timing(call));
  return undefined;
};

const setCpus: Apply = async (call, value, target, now) => {
  const { client, domain } = call;
  const count = Number(value);
  await everywhere(call, target, (flags) => client.call(procedures.setCpus, { domain, count, flags }, timing(call)));
  return target === 'running' && count < Number(now['vcpus'])
    ? { feature: 'vcpus', detail: 'taking vCPUs from a running guest is fragile: restart it before devices are added' }
    : undefined;
};

const setMaxCpus: Apply = async (call, value) => {
  const flags = AFFECT.config + MAXIMUM;
  await call.client.call(procedures.setCpus, { domain: call.domain, count: Number(value), flags }, timing(call));
  return undefined;
};

const setAutostart: Apply = async (call, value) => {
  await call.client.call(procedures.setAutostart, { domain: call.domain, autostart: value === true }, timing(call));
  return undefined;
};

const setText =
  (type: number): Apply =>
  async (call, value, target) => {
    const metadata = value === '' ? undefined : String(value);
    const args = { domain: call.domain, type, metadata, key: undefined, uri: undefined };
    await everywhere(call, target, (flags) =>
      call.client.call(procedures.setMetadata, { ...args, flags }, timing(call)),
    );
    return undefined;
  };

/** Several settings are several calls: the user must know which of them were applied. */
function halfDone(error: unknown, done: readonly string[]): unknown {
  if (done.length === 0 || !(error instanceof FleetError)) return error;
  return new FleetError(error.code, `${error.message} (already changed: ${done.join(', ')})`, {
    ...(error.fix === undefined ? {} : { fix: error.fix }),
    cause: error,
  });
}
