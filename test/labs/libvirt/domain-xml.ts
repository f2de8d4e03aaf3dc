import { createHash } from 'node:crypto';
import type { Guest } from './guests.ts';
import type { Host, Site } from './site.ts';

const text = (value: string): string => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Spare ports, so that disks and NICs can be plugged in while a guest runs: q35 has none to begin with. */
const SPARE_PORTS = 8;

/** The storage pool `default`, as the host sees it; this machine sees it below the host's folder, in `lib/images`. */
const IMAGES = '/var/lib/libvirt/images';

/** The same in every run, so that ids in tests, docs and frames stay what they are. */
function identity(host: Host, name: string): { uuid: string; mac: string } {
  const hash = createHash('sha256').update(`${host.uuid}/${name}`).digest('hex');
  return {
    uuid: `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`,
    mac: `52:54:00:${hash.slice(32, 34)}:${hash.slice(34, 36)}:${hash.slice(36, 38)}`,
  };
}

/** Where and in what words kcli keeps what it knows about a machine. */
const kcliMetadata = ({ plan, profile, image }: NonNullable<Guest['kcli']>): string =>
  `<metadata><kvirt:info xmlns:kvirt="kvirt">
    <kvirt:creationdate>21-11-2026 08:30</kvirt:creationdate>
    <kvirt:image>${text(image)}</kvirt:image><kvirt:plan>${text(plan)}</kvirt:plan><kvirt:profile>${text(profile)}</kvirt:profile>
  </kvirt:info></metadata>`;

/**
 * A machine that can be shown everything on: power button, login on the serial line, memory that can be changed while
 * it runs (128 of 256 MiB), a second vCPU to add, a disk, a drive, and a NIC behind the host's NAT.
 */
export function guestXml(site: Site, host: Host, guest: Guest): string {
  const { guest: image } = site.files;
  const { uuid, mac } = identity(host, guest.name);
  return `<domain type='qemu'>
  <name>${text(guest.name)}</name><uuid>${uuid}</uuid>
  ${guest.description ? `<description>${text(guest.description)}</description>` : ''}
  ${guest.kcli ? kcliMetadata(guest.kcli) : ''}
  <memory unit='MiB'>256</memory><currentMemory unit='MiB'>128</currentMemory>
  <vcpu current='1'>2</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type>
    <kernel>${image}/vmlinuz</kernel><initrd>${image}/initrd.gz</initrd>
    <cmdline>console=ttyS0 quiet rdinit=/init lab.hostname=${guest.hostname}</cmdline></os>
  <features><acpi/></features>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
      <source file='${IMAGES}/${guest.hostname}.qcow2'/><target dev='vda' bus='virtio'/></disk>
    <controller type='scsi' model='virtio-scsi'/>
    <disk type='file' device='cdrom'>${guest.medium ? `<source file='${IMAGES}/tools.iso'/>` : ''}
      <target dev='sda' bus='scsi'/><readonly/></disk>
    <controller type='pci' index='0' model='pcie-root'/>
    ${"<controller type='pci' model='pcie-root-port'/>".repeat(SPARE_PORTS)}
    <interface type='network'><mac address='${mac}'/><source network='default'/><model type='virtio'/></interface>
    <serial type='pty'>
      <log file='/var/log/libvirt/qemu/${guest.hostname}-serial.log' append='on'/><target port='0'/></serial>
    <console type='pty'><target type='serial' port='0'/></console>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/><video><model type='vga' vram='1024'/></video>
    <memballoon model='virtio'><stats period='2'/></memballoon>
  </devices>
</domain>`;
}

/** A shut-off machine that costs nothing but its definition; a thousand of them share one disk. */
export const idleXml = (name: string): string => `<domain type='qemu'>
  <name>${name}</name><memory unit='MiB'>256</memory><vcpu>2</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
      <source file='${IMAGES}/busybox.qcow2'/><target dev='vda' bus='virtio'/><readonly/></disk>
    <interface type='network'><source network='default'/><model type='virtio'/></interface>
    <memballoon model='virtio'/>
  </devices>
</domain>`;

/** Every host behind a network of its own, so that no two guests of the lab have one address. */
export const networkXml = (host: Host): string => `<network><name>default</name><forward mode='nat'/>
  <bridge name='virbr0' stp='off' delay='0'/>
  <ip address='192.168.12${host.number}.1' netmask='255.255.255.0'>
    <dhcp><range start='192.168.12${host.number}.10' end='192.168.12${host.number}.250'/></dhcp></ip></network>`;

export const STORAGE_POOL_XML = `<pool type='dir'><name>default</name><target><path>${IMAGES}</path></target></pool>`;
