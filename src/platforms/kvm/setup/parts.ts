/** What a host needs to run VMs, and what of it is there. */
import { formatBytes, kib } from '../../../units.ts';
import type { HostPart } from '../../contract.ts';
import { firewallPart } from '../firewall/firewall.ts';
import { familyOf, isProxmox } from './distributions.ts';
import { type Facts, type ListedThing, listedThings, releaseOf } from './facts.ts';

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
  return length === 0 ? undefined : `${length} firmware ${length === 1 ? 'file' : 'files'}`;
};

function distribution(facts: Facts): HostPart {
  const { name, id } = releaseOf(facts);
  const found = name || id || undefined;
  const neededFor = 'packages by their names';
  if (familyOf(facts)) return optional('distribution', neededFor, found, 'fine');
  const fix = isProxmox(facts)
    ? 'drover installs nothing here: Proxmox VE has a QEMU of its own, and is an endpoint of the platform proxmox'
    : 'drover installs nothing here: install libvirt, QEMU and qemu-img by hand';
  return optional('distribution', neededFor, isProxmox(facts) ? `Proxmox VE on ${found}` : found, 'unknown', fix);
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

/** It runs, and has not answered root in time: to start it would do nothing, and what it has is not known. */
export const isMute = (facts: Facts): boolean =>
  !isRunning(facts) && facts.one('daemon') !== undefined && facts.one('socket') !== undefined;

function libvirtRunning(facts: Facts): HostPart {
  const version = facts.one('daemon-version');
  const running = facts.one('daemon') ?? facts.one('socket');
  const name = 'libvirt daemon';
  const neededFor = 'all that drover does there';
  if (isMute(facts))
    return part(name, neededFor, `${running} does not answer`, 'unknown', `see what it says: journalctl -u ${running}`);
  const found = isRunning(facts) ? [running, version].filter(Boolean).join(' ') : 'stopped';
  const fix = facts.has('systemd', 'yes') ? undefined : 'start libvirtd as this system does: it has no systemd';
  return part(
    name,
    neededFor,
    hasLibvirt(facts) ? found : undefined,
    ifThere(isRunning(facts)),
    ...(isRunning(facts) || fix === undefined ? [] : [fix]),
  );
}

export const mayManage = (facts: Facts): boolean =>
  facts.has('uid', '0') || facts.has('group', 'libvirt') || facts.has('answers', 'yes');

/** The account is in the group, and this login began before that. */
export const needsNewLogin = (facts: Facts): boolean => !mayManage(facts) && facts.has('account-group', 'libvirt');

function rights(facts: Facts): HostPart {
  const user = facts.one('user') ?? '';
  const found = facts.has('uid', '0') ? user : `${user}: ${listed(facts.all('group'))}`;
  const name = 'rights of the login';
  const neededFor = 'libvirt without root';
  if (mayManage(facts)) return part(name, neededFor, found, 'fine');
  if (needsNewLogin(facts)) {
    const fix = `${user} is in the group libvirt from the next login on: log out, and end an SSH connection that is kept open (ssh -O exit)`;
    return part(name, neededFor, found, 'missing', fix);
  }
  return part(name, neededFor, found, facts.has('group-there', 'libvirt') ? 'missing' : 'unknown');
}

const CARRIERS = ['virt-ssh-helper', 'nc', 'socat'] as const;

/** Drover's own SSH forwards the daemon's socket; where sshd forbids that, and for `ssh: system`, one of these carries it. */
function carrier(facts: Facts): HostPart {
  const there = CARRIERS.filter((tool) => facts.has('tool', tool));
  return optional('way to the daemon', 'SSH that may not forward', listed(there), ifThere(there.length > 0));
}

export const DEFAULT = 'default';

/** The network or pool called default, and others that run: beside them it may be off, or left out, on purpose. */
interface Things {
  readonly own: ListedThing | undefined;
  readonly others: readonly string[];
}

/** Undefined where they could not be listed. */
export const networksOf = (facts: Facts): Things | undefined =>
  facts.has('listed', 'networks') ? thingsIn(listedThings(facts.all('network'), 3)) : undefined;
export const poolsOf = (facts: Facts): Things | undefined =>
  facts.has('listed', 'pools') ? thingsIn(listedThings(facts.all('pool'), 2)) : undefined;

const thingsIn = (all: readonly ListedThing[]): Things => ({
  own: all.find(({ name }) => name === DEFAULT),
  others: all.flatMap(({ name, isActive }) => (isActive && name !== DEFAULT ? [name] : [])),
});

function network(facts: Facts): HostPart {
  return ownThing('default network', 'VMs that reach the world without a bridge', networksOf(facts));
}

function pool(facts: Facts): HostPart {
  return ownThing('default pool', 'disks of VMs', poolsOf(facts));
}

function ownThing(name: string, neededFor: string, things: Things | undefined): HostPart {
  if (!things) return part(name, neededFor, undefined, 'unknown');
  const { own, others } = things;
  const how = own && `${own.isActive ? 'active' : 'stopped'}${own.startsItself ? '' : ', does not start by itself'}`;
  const found = [how, others.length > 0 && `others: ${others.join(', ')}`].filter(Boolean).join('; ');
  const isThere = others.length > 0 || (own?.isActive && own.startsItself);
  return part(name, neededFor, found || 'none', ifThere(isThere));
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
