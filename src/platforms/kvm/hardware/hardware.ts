/** The hardware of a new VM beyond its disks and NICs, as it was asked for. */
import type { Settings } from '../../contract.ts';
import { refused, textIn } from '../../lib/spec-values.ts';
import { attribute, child, childrenOf, type XmlElement } from '../../transport/xml.ts';
import type { Capabilities } from '../host/host.ts';
import { refuseUnwritable } from '../metadata/texts.ts';
import { type CpuFlag, type CpuWish, flagsOf, readCpu } from './cpu.ts';
import { type DeviceWish, readDevices, sharesMemory } from './devices.ts';
import { type MemoryWish, readMemory } from './memory.ts';

export interface Hardware {
  readonly cpu: CpuWish;
  readonly memory: MemoryWish;
  readonly devices: DeviceWish;
  /** '' is the host's own. */
  readonly arch: string;
  /** Program of the host; '' is libvirt's choice. */
  readonly emulator: string;
}

/** Throws op.refused for what no host could make. */
export function readHardware(spec: Settings, vcpus: number, memory: number, graphics: string): Hardware {
  const cpu = readCpu(spec, vcpus);
  const [arch, emulator] = [textIn(spec, 'arch'), textIn(spec, 'emulator')];
  if (!/^[a-z0-9_]*$/.test(arch)) throw refused(`there is no architecture ${JSON.stringify(arch)}`);
  if (emulator !== '' && !emulator.startsWith('/')) throw refused('an emulator has a whole path on the host');
  refuseUnwritable(emulator);
  return { cpu, memory: readMemory(spec, memory, cpu.most), devices: readDevices(spec, graphics), arch, emulator };
}

/**
 * The flags of its CPU, where guests of that kind can have what is asked for. `caps`: the capabilities of such domains. `cpu`: its
 * mode or model. Throws op.refused.
 */
export function suitable(
  { cpu: wish, devices }: Hardware,
  caps: XmlElement,
  cpu: string | undefined,
  { cpuVendor, arch }: Pick<Capabilities, 'cpuVendor' | 'arch'>,
  machine: string,
): readonly CpuFlag[] {
  const isX86 = arch === 'x86_64' || arch === 'i686';
  if (wish.nested !== '' && (!isX86 || cpuVendor === undefined))
    throw refused('guests of guests are a flag on the CPUs of Intel and AMD alone', 'leave nested out');
  if (wish.pmu !== '' && !isX86 && arch !== 'aarch64') throw refused(`guests on ${arch} have no switch for the PMU`);
  const flags = flagsOf(wish, cpuVendor);
  if (flags.length > 0 && cpu === undefined)
    throw refused('flags need a CPU that they are of', 'name it as well: host-model, qemu64 …');
  refuseIommu(devices.iommu, machine);
  const drivers = enumOf(child(child(caps, 'devices'), 'filesystem'), 'driverType');
  if (sharesMemory(devices)) {
    const sources = enumOf(child(caps, 'memoryBacking'), 'sourceType');
    if (!drivers.includes('virtiofs') || !sources.includes('memfd'))
      throw refused('this host has no virtiofs for guests', 'choose 9p for the folder');
  }
  if (devices.folders.some(({ kind }) => kind === '9p') && !drivers.includes('path'))
    throw refused('this host has no 9p for guests', 'choose virtiofs for the folder');
  return flags;
}

function refuseIommu(iommu: DeviceWish['iommu'], machine: string): void {
  const isQ35 = /^(pc-)?q35/.test(machine);
  const isVirt = /^virt/.test(machine);
  const fits = { '': true, intel: isQ35, virtio: isQ35 || isVirt, smmuv3: isVirt }[iommu];
  if (!fits) throw refused(`a ${machine || 'usual'} machine has no IOMMU ${iommu}`);
}

/** Whether devices of the host can be given to guests now. */
export const hasVfio = (caps: XmlElement): boolean =>
  enumOf(child(child(caps, 'devices'), 'hostdev'), 'pciBackend').includes('vfio');

function enumOf(element: XmlElement | undefined, name: string): readonly string[] {
  const list = childrenOf(element, 'enum').find((one) => attribute(one, 'name') === name);
  return childrenOf(list, 'value').map(({ text }) => text);
}

/**
 * Devices that are passed on to guests of this one need their interrupts remapped. Emulated guests have
 * no device to pass on, and Linux in one may end in a panic then, when its timer is late (6.1, QEMU 7.2). `type`: of the domain.
 */
export const remapsInterrupts = ({ iommu }: DeviceWish, type: string): boolean => iommu === 'intel' && type === 'kvm';

/** In the element `features`. */
export const featuresXml = ({ cpu, devices }: Hardware, type: string): string =>
  [
    cpu.pmu && `<pmu state="${cpu.pmu}"/>`,
    // The host's own interrupt controller remaps nothing.
    remapsInterrupts(devices, type) && '<ioapic driver="qemu"/>',
  ]
    .filter(Boolean)
    .join('');
