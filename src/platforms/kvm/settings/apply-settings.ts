/** How each setting of a guest goes over: by a call of its own, which libvirt answers when it is done. */
import type { Settings, SettingsTarget, SettingValue, Warning } from '../../contract.ts';
import { setBoot, setNextBoot } from '../boot/next-boot.ts';
import { setGuestOs } from '../metadata/guest-os.ts';
import { AFFECT, MAXIMUM, METADATA } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { CHANGE_MS, type GuestCall } from '../vm/guest-call.ts';
import { rename } from '../vm/rename.ts';

export type Apply = (
  call: GuestCall,
  value: SettingValue,
  target: SettingsTarget,
  now: Settings,
) => Promise<readonly Warning[] | undefined>;

/** A limit grows before what it limits, and shrinks after it. */
export function inOrder(changes: Settings, now: Settings): readonly (readonly [string, Apply])[] {
  const grows = (key: string) => Number(changes[key] ?? now[key]) > Number(now[key]);
  const pair = (value: readonly [string, Apply], limit: readonly [string, Apply]) =>
    grows(limit[0]) ? [limit, value] : [value, limit];
  return [
    ['name', setName],
    ...pair(['memory', setMemory], ['max-memory', setMaxMemory]),
    ...pair(['vcpus', setCpus], ['max-vcpus', setMaxCpus]),
    ['autostart', setAutostart],
    ['title', setText(METADATA.title)],
    ['description', setText(METADATA.description)],
    ['os', setOs],
    ['boot', async (call, value) => listOf(await setBoot(call, value))],
    ['next-boot', async (call, value) => listOf(await setNextBoot(call, value))],
    ['memory-reports', setReports],
  ];
}

const listOf = (warning: Warning | undefined): readonly Warning[] => (warning ? [warning] : []);

/** Live first: what the running guest refuses must not be saved either. A guest without a saved config has only the one. */
export async function everywhere(
  call: GuestCall,
  target: SettingsTarget,
  set: (flags: number) => Promise<unknown>,
): Promise<undefined> {
  await set(target === 'config' ? AFFECT.config : AFFECT.live);
  if (target === 'config') return;
  const persistent = await call.client.call(
    procedures.domainIsPersistent,
    { domain: call.domain },
    { signal: call.signal },
  );
  if (persistent) await set(AFFECT.config);
}

const setName: Apply = async (call, value) => {
  await rename(call, String(value));
  return undefined;
};

const timing = ({ signal }: GuestCall) => ({ signal, deadlineMs: CHANGE_MS });

const setMemory: Apply = async (call, value, target) => {
  const { client, domain } = call;
  const kib = Math.round(Number(value) / 1024);
  await everywhere(call, target, (flags) => client.call(procedures.setMemory, { domain, kib, flags }, timing(call)));
  // The balloon driver of the guest does it, in its own time, or not at all.
  return target === 'running'
    ? [{ feature: 'memory', detail: 'asked: the guest gives or takes it within some seconds' }]
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
    ? [
        {
          feature: 'vcpus',
          detail: 'taking vCPUs from a running guest is fragile: restart it before devices are added',
        },
      ]
    : undefined;
};

const setMaxCpus: Apply = async (call, value) => {
  const flags = AFFECT.config + MAXIMUM;
  await call.client.call(procedures.setCpus, { domain: call.domain, count: Number(value), flags }, timing(call));
  return undefined;
};

const setReports: Apply = async (call, value, target) => {
  const { client, domain } = call;
  const seconds = Number(value);
  return everywhere(call, target, (flags) =>
    client.call(procedures.setMemoryReports, { domain, seconds, flags }, timing(call)),
  );
};

const setAutostart: Apply = async (call, value) => {
  await call.client.call(procedures.setAutostart, { domain: call.domain, autostart: value === true }, timing(call));
  return undefined;
};

const setOs: Apply = (call, value, target) =>
  everywhere(call, target, (flags) => setGuestOs(call, String(value), flags));

const setText =
  (type: number): Apply =>
  async (call, value, target) => {
    const metadata = value === '' ? undefined : String(value);
    const args = { domain: call.domain, type, metadata, key: undefined, uri: undefined };
    return everywhere(call, target, (flags) =>
      call.client.call(procedures.setMetadata, { ...args, flags }, timing(call)),
    );
  };
