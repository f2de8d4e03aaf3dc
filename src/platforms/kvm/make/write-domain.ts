/** The definition of a new domain (https://libvirt.org/formatdomain.html). What is not written libvirt fills in. */
import { escapeXml } from '../../transport/xml.ts';
import { nextBootXml } from '../boot/next-boot.ts';
import { sdlXml } from '../definition/graphics-part.ts';
import { cpuXml, vcpuXml } from '../hardware/cpu.ts';
import { devicesXml, kernelXml, sharesMemory } from '../hardware/devices.ts';
import { featuresXml, remapsInterrupts } from '../hardware/hardware.ts';
import { backingXml, cellsXml, memoryXml } from '../hardware/memory.ts';
import { guestOsXml } from '../metadata/guest-os.ts';
import { nicXml, type PluggedNic } from '../nic/nic-options.ts';
import { placesOf, withNics } from '../nic/nic-plugs.ts';
import { writeKcliMetadata } from '../xml/metadata.ts';
import type { Abilities } from './abilities.ts';
import type { MakeSpec } from './spec.ts';
import { type Drives, drivesXml } from './write-drives.ts';

export interface DomainPlan extends Drives {
  readonly spec: MakeSpec;
  readonly uuid: string;
  readonly abilities: Abilities;
  readonly nics: readonly PluggedNic[];
  /** The file that Ignition reads. */
  readonly ignition?: string | undefined;
  /** What kcli keeps of its VMs: plan, profile, image, user, and more by key. */
  readonly kept: Readonly<Record<string, string>>;
  /** Epoch, ms. */
  readonly now: number;
}

/** q35 has no free port by itself: devices take them, and what is left is for those that are plugged in while it runs. */
const PORTS = 14;
/** Seconds between two reports of the guest's memory. */
const MEMORY_REPORTS = 5;

export function writeDomainXml(plan: DomainPlan): string {
  const { spec, uuid, abilities, kept, now } = plan;
  const { type, arch, machine, emulator } = abilities;
  const { cpu, memory, devices } = spec.hardware;
  const order = withNics(spec.bootOrder, plan.nics);
  const places = placesOf(order, plan.nics);
  const isX86 = arch === 'x86_64' || arch === 'i686';
  return [
    `<domain type="${type}"><name>${escapeXml(spec.name)}</name><uuid>${uuid}</uuid>`,
    spec.title && `<title>${escapeXml(spec.title)}</title>`,
    spec.description && `<description>${escapeXml(spec.description)}</description>`,
    `<metadata>${writeKcliMetadata(kept, now)}${guestOsXml(spec.os)}${nextBootXml(spec.nextBoot)}</metadata>`,
    memoryXml(spec.memory, memory),
    backingXml(memory, sharesMemory(devices)),
    vcpuXml(spec.vcpus, cpu),
    osXml(abilities, kernelXml(devices)),
    plan.ignition && ignitionXml(plan.ignition),
    `<features>${isX86 || abilities.firmware !== 'bios' ? '<acpi/>' : ''}${isX86 ? '<apic/>' : ''}${abilities.firmware === 'uefi-secure' ? '<smm state="on"/>' : ''}${featuresXml(spec.hardware, type)}</features>`,
    cpuXml(abilities.cpu, cpu, abilities.flags, cellsXml(memory)),
    '<clock offset="utc"/>',
    `<devices>${emulator && `<emulator>${escapeXml(emulator)}</emulator>`}`,
    drivesXml(plan, order),
    isPcie(machine) &&
      `<controller type="pci" index="0" model="pcie-root"/>${'<controller type="pci" model="pcie-root-port"/>'.repeat(PORTS)}`,
    ...plan.nics.map((nic, at) => nicXml(nic, places[at] ?? 0)),
    devicesXml(devices, remapsInterrupts(devices, type)),
    '<serial type="pty"/><console type="pty"/>',
    devices.hasAgent && '<channel type="unix"><target type="virtio" name="org.qemu.guest_agent.0"/></channel>',
    graphicsXml(spec, isX86),
    spec.tpm && '<tpm model="tpm-crb"><backend type="emulator" version="2.0"/></tpm>',
    spec.rng && '<rng model="virtio"><backend model="random">/dev/urandom</backend></rng>',
    `<memballoon model="virtio"><stats period="${MEMORY_REPORTS}"/></memballoon>`,
    '</devices></domain>',
  ]
    .filter((part) => typeof part === 'string')
    .join('');
}

const isPcie = (machine: string): boolean => /^(pc-)?q35|^virt/.test(machine);

/** By QEMU's fw_cfg: Flatcar asks for a name of its own, all others for that of CoreOS. */
const ignitionXml = (path: string): string =>
  `<sysinfo type="fwcfg">${['com.coreos', 'org.flatcar-linux'].map((vendor) => `<entry name="opt/${vendor}/config" file="${escapeXml(path)}"/>`).join('')}</sysinfo>`;

/** libvirt looks for an image of the firmware itself, and makes the guest's NVRAM from its template. */
function osXml({ arch, machine, firmware }: Abilities, kernel: string): string {
  const type = `<type arch="${escapeXml(arch)}"${machine && ` machine="${escapeXml(machine)}"`}>hvm</type>`;
  if (firmware === 'bios') return `<os>${type}${kernel}</os>`;
  const enabled = firmware === 'uefi-secure' ? 'yes' : 'no';
  const features = ['secure-boot', 'enrolled-keys'].map((name) => `<feature enabled="${enabled}" name="${name}"/>`);
  return `<os firmware="efi">${type}<firmware>${features.join('')}</firmware>${kernel}</os>`;
}

/** It listens on the host itself alone: a viewer comes by way of SSH. */
function graphicsXml({ graphics, sdl, hardware }: MakeSpec, isX86: boolean): string {
  if (graphics === 'none') return '';
  const agent =
    graphics === 'spice' ? '<channel type="spicevmc"><target type="virtio" name="com.redhat.spice.0"/></channel>' : '';
  const video = `<video><model type="${isX86 ? 'vga' : 'virtio'}"/></video>`;
  const pointer = isX86 ? '<input type="tablet" bus="usb"/>' : '';
  const { password } = hardware.devices;
  const secret = password && ` passwd="${escapeXml(password)}"`;
  if (sdl) return `${pointer}${sdlXml(sdl)}${video}`;
  return `${pointer}<graphics type="${graphics}" autoport="yes" listen="127.0.0.1"${secret}/>${video}${agent}`;
}
