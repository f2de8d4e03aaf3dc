/** What a host needs to run VMs, and what of it is there. */
import { formatBytes, kib } from '../../../units.ts';
import type { HostPart } from '../../contract.ts';
import { familyOf } from './distributions.ts';
import { type Facts, listedThings, releaseOf } from './facts.ts';
import { firewallPart } from './firewall.ts';

type State = HostPart['state'];

const part = (name: string, neededFor: string, found: string | undefined, state: State, fix?: string): HostPart => ({
  part: name,
  found: found ?? '-',
  neededFor,
  state,
  isOptional: false,
  ...(fix !== undefined && { fix }),
});
const optional = (...args: Parameters<typeof part>): HostPart => ({ ...part(...args), isOptional: true });
const ifThere = (isThere: unknown): State => (isThere ? 'fine' : 'missing');

/** In the order in which a user would look. */
export function partsOf(facts: Facts): readonly HostPart[] {
  return [
    distribution(facts),
    part('processor', 'the emulator and the firmware that fit', facts.one('arch'), ifThere(facts.one('arch'))),
    virtualization(facts),
    emulator(facts),
    part('qemu-img', 'disks, and copies of them', toolNamed(facts, 'qemu-img'), ifThere(facts.has('tool', 'qemu-img'))),
    libvirtInstalled(facts),
    libvirtRunning(facts),
    rights(facts),
    carrier(facts),
    network(facts),
    optional('bridges', 'VMs in the network of the host', listed(facts.all('bridge')), 'fine'),
    pool(facts),
    space(facts),
    optional('UEFI', 'VMs that start by UEFI', uefiFound(facts), ifThere(facts.one('uefi'))),
    optional('TPM', 'VMs with a TPM: Windows 11', toolNamed(facts, 'swtpm'), ifThere(facts.has('tool', 'swtpm'))),
    firewallPart(facts),
    timeSync(facts),
  ];
}

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
const toolNamed = (facts: Facts, tool: string): string | undefined => (facts.has('tool', tool) ? tool : undefined);
const uefiFound = (facts: Facts): string | undefined => {
  const { length } = facts.all('uefi');
  return length === 0 ? undefined : `${length} firmware files`;
};

function distribution(facts: Facts): HostPart {
  const { name, id } = releaseOf(facts);
  const found = name || id || undefined;
  const neededFor = 'packages by their names';
  if (familyOf(facts)) return optional('distribution', neededFor, found, 'fine');
  return optional(
    'distribution',
    neededFor,
    found,
    'unknown',
    'drover installs nothing here: install libvirt, QEMU and qemu-img by hand',
  );
}

function virtualization(facts: Facts): HostPart {
  const name = 'virtualization';
  const neededFor = 'VMs at full speed';
  const flag = facts.one('cpu-flag');
  // The daemon opens it as root, whatever the rights of this user.
  if (facts.one('kvm') !== undefined)
    return optional(name, neededFor, ['/dev/kvm', flag].filter(Boolean).join(', '), 'fine');
  return optional(
    name,
    neededFor,
    flag,
    'missing',
    flag === undefined
      ? 'switch virtualization on in the firmware; in a VM, let its host pass it on'
      : 'load the module: modprobe kvm_intel, or kvm_amd',
  );
}

const emulator = (facts: Facts): HostPart =>
  part(
    'QEMU',
    'VMs',
    facts.one('emulator-version')?.replace(/^QEMU emulator version /, '') ?? facts.one('emulator'),
    ifThere(facts.one('emulator')),
  );

/** Either daemon, and virsh, by which its networks and pools are seen to. */
export const hasLibvirt = (facts: Facts): boolean => facts.has('tool', 'libvirtd') || facts.has('tool', 'virtqemud');

function libvirtInstalled(facts: Facts): HostPart {
  const programs = ['libvirtd', 'virtqemud', 'virsh'].filter((tool) => facts.has('tool', tool));
  const isWhole = hasLibvirt(facts) && facts.has('tool', 'virsh');
  return part('libvirt', 'VMs, networks and storage', programs.join(', ') || undefined, ifThere(isWhole));
}

/** Whether a daemon runs, or would at the first connection. A socket that does not answer root has none behind it. */
export function isRunning(facts: Facts): boolean {
  const wouldAnswer = facts.has('uid', '0') && facts.has('tool', 'virsh');
  return facts.has('answers', 'yes') || (facts.one('socket') !== undefined && !wouldAnswer);
}

function libvirtRunning(facts: Facts): HostPart {
  const version = facts.one('daemon-version');
  const running = facts.one('daemon') ?? facts.one('socket');
  const found = isRunning(facts) ? [running, version].filter(Boolean).join(' ') : 'stopped';
  const fix = facts.has('systemd', 'yes') ? undefined : 'start libvirtd as this system does: it has no systemd';
  return part(
    'libvirt daemon',
    'all that drover does there',
    hasLibvirt(facts) ? found : undefined,
    ifThere(isRunning(facts)),
    ...(isRunning(facts) || fix === undefined ? [] : [fix]),
  );
}

export const mayManage = (facts: Facts): boolean =>
  facts.has('uid', '0') || facts.has('group', 'libvirt') || facts.has('answers', 'yes');

function rights(facts: Facts): HostPart {
  const user = facts.one('user') ?? '';
  const found = facts.has('uid', '0') ? user : `${user}: ${listed(facts.all('group'))}`;
  const name = 'rights of the login';
  const neededFor = 'libvirt without root';
  if (mayManage(facts)) return part(name, neededFor, found, 'fine');
  return part(name, neededFor, found, facts.has('group-there', 'libvirt') ? 'missing' : 'unknown');
}

const CARRIERS = ['virt-ssh-helper', 'nc', 'socat'] as const;

/** Drover's own SSH forwards the daemon's socket; where sshd forbids that, and for `ssh: system`, one of these carries it. */
function carrier(facts: Facts): HostPart {
  const there = CARRIERS.filter((tool) => facts.has('tool', tool));
  return optional('way to the daemon', 'SSH that may not forward', listed(there), ifThere(there.length > 0));
}

export const networksOf = (facts: Facts) => listedThings(facts.all('network'), 3);
export const poolsOf = (facts: Facts) => listedThings(facts.all('pool'), 2);
export const DEFAULT = 'default';

function network(facts: Facts): HostPart {
  return ownThing('default network', 'VMs that reach the world without a bridge', networksOf(facts), facts);
}

function pool(facts: Facts): HostPart {
  return ownThing('default pool', 'disks of VMs', poolsOf(facts), facts);
}

/** Where others are, the one called default may be left out on purpose. */
function ownThing(name: string, neededFor: string, all: ReturnType<typeof networksOf>, facts: Facts): HostPart {
  if (!facts.has('answers', 'yes')) return part(name, neededFor, undefined, 'unknown');
  const own = all.find((one) => one.name === DEFAULT);
  if (!own) {
    const active = all.filter(({ isActive }) => isActive).map((one) => one.name);
    return part(name, neededFor, active.length === 0 ? 'none' : `others: ${active.join(', ')}`, ifThere(active.length));
  }
  const found = `${own.isActive ? 'active' : 'stopped'}${own.startsItself ? '' : ', does not start by itself'}`;
  return part(name, neededFor, found, ifThere(own.isActive && own.startsItself));
}

/** A cloud image with room to grow. */
const LEAST_SPACE = 2 * 1024 ** 3;

function space(facts: Facts): HostPart {
  const [, folder, size] = /^(\S+) (\d+)$/.exec(facts.one('space') ?? '') ?? [];
  const name = 'space';
  if (folder === undefined) return part(name, 'disks of VMs', undefined, 'unknown');
  const free = kib(Number(size));
  const found = `${formatBytes(free)} free in ${folder}`;
  return free >= LEAST_SPACE
    ? part(name, 'disks of VMs', found, 'fine')
    : part(name, 'disks of VMs', found, 'missing', `make room in ${folder}, or a pool elsewhere`);
}

function timeSync(facts: Facts): HostPart {
  const systemd = facts.one('time-sync');
  const chrony = facts.one('chrony');
  const isSynced = systemd === 'yes' || chrony === 'Normal';
  const found = systemd === undefined && chrony === undefined ? undefined : isSynced ? 'in step' : 'not in step';
  return optional(
    'time',
    'certificates, and VMs that move',
    found,
    found === undefined ? 'unknown' : ifThere(isSynced),
    ...(found === 'not in step' ? ['start systemd-timesyncd or chrony'] : []),
  );
}
