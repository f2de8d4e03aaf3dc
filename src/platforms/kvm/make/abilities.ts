/** What this host can give a guest of one kind of machine (https://libvirt.org/formatdomaincaps.html), and what not. */
import { FleetError } from '../../../errors.ts';
import { attribute, child, childrenOf, type XmlElement } from '../../transport/xml.ts';
import type { CpuFlag } from '../hardware/cpu.ts';
import { hasVfio, suitable } from '../hardware/hardware.ts';
import type { Capabilities } from '../host/host.ts';
import type { HostCall } from '../host/host-call.ts';
import { procedures } from '../rpc/protocol.ts';
import { readDocument } from '../xml/document.ts';
import type { MakeSpec } from './spec.ts';

export interface Abilities {
  /** `kvm`, or `qemu` where the CPU is emulated. */
  readonly type: string;
  readonly arch: string;
  /** '' is what libvirt takes by itself. */
  readonly machine: string;
  readonly firmware: 'bios' | 'uefi' | 'uefi-secure';
  /** Mode or model of the CPU; undefined where the guest has that of QEMU. */
  readonly cpu: string | undefined;
  readonly flags: readonly CpuFlag[];
  /** '' is what libvirt takes by itself. */
  readonly emulator: string;
}

const MODES: ReadonlySet<string> = new Set(['host-model', 'host-passthrough', 'maximum']);
const USUAL_MACHINES: Readonly<Record<string, string>> = {
  x86_64: 'q35',
  aarch64: 'virt',
  armv7l: 'virt',
  riscv64: 'virt',
};

/** Asks the host, and throws op.unsupported for the first thing that it can't give. */
export async function readAbilities(
  { client, signal }: HostCall,
  capabilities: Capabilities,
  spec: MakeSpec,
): Promise<Abilities> {
  const { arch = 'x86_64', domainTypes } = capabilities;
  const { emulator, cpu: cpus } = spec.hardware;
  const type = spec.type || (domainTypes.includes('kvm') ? 'kvm' : 'qemu');
  if (!domainTypes.includes(type)) throw lacks(`no guests of type ${type}`);
  const machine = spec.machine || (USUAL_MACHINES[arch] ?? '');
  const asked = { emulator: emulator || undefined, arch, machine: machine || undefined, type, flags: 0 };
  const caps = await readDocument(
    await client.call(procedures.domainCapabilities, asked, { signal }),
    'domainCapabilities',
  );
  const isX86 = arch === 'x86_64' || arch === 'i686';
  const firmware = spec.firmware || (isX86 || !has(child(caps, 'os'), 'firmware', 'efi') ? 'bios' : 'uefi');
  const cpu = spec.cpu || (type === 'kvm' ? 'host-model' : undefined);
  refuseFirmware(caps, firmware);
  refuseCpu(caps, cpu, type);
  refuseMany(caps, cpus.most);
  const flags = suitable(spec.hardware, caps, cpu, { ...capabilities, arch }, machine);
  const devices = child(caps, 'devices');
  if (spec.graphics !== 'none' && !has(child(devices, 'graphics'), 'type', spec.graphics))
    throw lacks(`no ${spec.graphics} screen`);
  for (const { bus } of spec.disks.map(({ options }) => options))
    if (!has(child(devices, 'disk'), 'bus', bus)) throw lacks(`no disk by ${bus} on a ${machine || 'usual'} machine`);
  if (spec.tpm && !has(child(devices, 'tpm'), 'backendModel', 'emulator'))
    throw lacks('no emulated TPM', 'install swtpm there');
  if (spec.rng && !has(child(devices, 'rng'), 'backendModel', 'random')) throw lacks('no random numbers for guests');
  const passesOn = spec.hardware.devices.pci.length > 0 || spec.nics?.some(({ options }) => options.kind === 'hostdev');
  if (spec.start && passesOn && !hasVfio(caps))
    throw lacks('no way to give PCI devices to guests (VFIO)', 'switch its IOMMU on, in its firmware and its kernel');
  return { type, arch, machine, firmware, cpu, flags, emulator };
}

export function refuseFirmware(caps: XmlElement, firmware: Abilities['firmware']): void {
  if (firmware === 'bios') return;
  const os = child(caps, 'os');
  if (!has(os, 'firmware', 'efi')) throw lacks('no UEFI for such a machine', 'install OVMF (ovmf, edk2-ovmf) there');
  if (firmware === 'uefi-secure' && !has(child(os, 'loader'), 'secure', 'yes'))
    throw lacks('no UEFI with secure boot for such a machine', 'choose q35, or uefi');
}

export function refuseCpu(caps: XmlElement, cpu: string | undefined, type: string): void {
  if (cpu === undefined) return;
  const modes = childrenOf(child(caps, 'cpu'), 'mode').filter((mode) => attribute(mode, 'supported') === 'yes');
  const mode = modes.find((one) => attribute(one, 'name') === (MODES.has(cpu) ? cpu : 'custom'));
  const models = childrenOf(mode, 'model').map(({ text }) => text);
  if (mode && (MODES.has(cpu) || models.includes(cpu))) return;
  throw lacks(`no CPU ${cpu} for a guest of type ${type}`);
}

export function refuseMany(caps: XmlElement, vcpus: number): void {
  const most = Number(attribute(child(caps, 'vcpu'), 'max') ?? Number.POSITIVE_INFINITY);
  if (vcpus > most) throw lacks(`no more than ${most} vCPUs for such a machine`);
}

export const lacks = (what: string, fix?: string): FleetError =>
  new FleetError('op.unsupported', `this host has ${what}`, fix === undefined ? {} : { fix });

/** `<graphics supported='yes'><enum name='type'><value>vnc</value>` */
export function has(element: XmlElement | undefined, name: string, value: string): boolean {
  if (!element || attribute(element, 'supported') === 'no') return false;
  const list = childrenOf(element, 'enum').find((one) => attribute(one, 'name') === name);
  return childrenOf(list, 'value').some(({ text }) => text === value);
}
