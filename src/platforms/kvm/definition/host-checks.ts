/** Whether the host can give a guest what its settings become, and what should be known before. */
import { bytes, formatBytes } from '../../../units.ts';
import type { Settings, SettingsTarget, Warning } from '../../contract.ts';
import { attribute, child, type XmlElement } from '../../transport/xml.ts';
import { memoryUsed } from '../host/host-memory.ts';
import { has, lacks, refuseCpu, refuseFirmware, refuseMany } from '../make/abilities.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import { readDocument } from '../xml/document.ts';
import { FIRMWARES } from './fields.ts';

/** Settings that are compared with what the host has for such a guest. */
const COMPARED = ['virtualization', 'cpu', 'firmware', 'graphics', 'video', 'tpm', 'rng', 'max-vcpus', 'vcpus'];

/** Throws op.unsupported for what this host has not. `domain`: as it is now. */
export async function refuseLacking(call: GuestCall, domain: XmlElement, changes: Settings): Promise<void> {
  if (!COMPARED.some((key) => changes[key] !== undefined)) return;
  const type = String(changes['virtualization'] ?? attribute(domain, 'type') ?? '');
  const os = child(child(domain, 'os'), 'type');
  const asked = {
    emulator: child(child(domain, 'devices'), 'emulator')?.text,
    arch: attribute(os, 'arch'),
    machine: attribute(os, 'machine'),
    type,
    flags: 0,
  };
  const xml = await call.client
    .call(procedures.domainCapabilities, asked, { signal: call.signal })
    .catch((error: unknown) => {
      if (!(error instanceof LibvirtError)) throw error;
      if (changes['virtualization'] !== undefined) throw lacks(`no guests of type ${type} with such a machine`);
      // Drivers that don't say: libvirt looks at it itself.
      return undefined;
    });
  if (xml === undefined) return;
  const caps = await readDocument(xml, 'domainCapabilities');
  const devices = child(caps, 'devices');
  const cpu = changes['cpu'];
  if (typeof cpu === 'string' && cpu !== '') refuseCpu(caps, cpu, type);
  const firmware = FIRMWARES.find((one) => one === changes['firmware']);
  if (firmware) refuseFirmware(caps, firmware);
  for (const key of ['max-vcpus', 'vcpus']) if (changes[key] !== undefined) refuseMany(caps, Number(changes[key]));
  const screen = changes['graphics'];
  if (screen !== undefined && screen !== 'none' && !has(child(devices, 'graphics'), 'type', String(screen)))
    throw lacks(`no ${String(screen)} screen`);
  const video = changes['video'];
  if (video !== undefined && !has(child(devices, 'video'), 'modelType', String(video)))
    throw lacks(`no video card ${String(video)}`);
  if (changes['tpm'] === true && !has(child(devices, 'tpm'), 'backendModel', 'emulator'))
    throw lacks('no emulated TPM', 'install swtpm there');
  if (changes['rng'] === true && !has(child(devices, 'rng'), 'backendModel', 'random'))
    throw lacks('no random numbers for guests');
}

const SIZES = ['memory', 'vcpus'];

/** What the node has beside what is asked for: the user decides. */
export async function adviceOf(
  call: GuestCall,
  target: SettingsTarget,
  changes: Settings,
  now: Settings,
): Promise<readonly Warning[]> {
  const { client, domain, signal } = call;
  const grown = (key: string) => Math.max(0, Number(changes[key] ?? now[key]) - Number(now[key]));
  if (!SIZES.some((key) => changes[key] !== undefined)) return [];
  const [node, used] = await Promise.all([
    client.call(procedures.nodeInfo, undefined, { signal }),
    memoryUsed(client, signal),
  ]);
  const all = node.memoryKib * 1024;
  const free = all - used;
  const warnings: Warning[] = [];
  const warn = (feature: string, detail: string) => warnings.push({ feature, detail });
  const [vcpus, memory] = [Number(changes['vcpus'] ?? now['vcpus']), Number(changes['memory'] ?? now['memory'])];
  if (changes['vcpus'] !== undefined && vcpus > node.cpus)
    warn('vcpus', `the host has ${node.cpus} CPUs: ${vcpus} vCPUs wait for each other`);
  if (changes['memory'] !== undefined && memory > all)
    warn('memory', `the host has ${formatBytes(bytes(all))} of memory in all`);
  else if (target === 'running' && grown('memory') > free)
    warn('memory', `the host has ${formatBytes(free)} of memory free: it may have to swap`);
  else if (domain.id === -1 && changes['memory'] !== undefined && memory > free)
    warn('memory', `the host has ${formatBytes(free)} of memory free now: a start may fail`);
  if (target === 'running' && vcpus < Number(now['vcpus']))
    warn(
      'vcpus',
      'to take vCPUs from a running guest needs its help, and QEMU 7.2 died of the next device that was added: restart it before that',
    );
  return warnings;
}
