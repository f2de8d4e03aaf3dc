/** The commands that make a host ready, from what it lacks. */
import { commandLine } from '../../../shell-word.ts';
import type { HostStep } from '../../contract.ts';
import { type Family, familyOf, type Need } from './distributions.ts';
import type { Facts } from './facts.ts';
import { DEFAULT, hasLibvirt, isRunning, mayManage, networksOf, poolsOf } from './parts.ts';

/** A download over a slow line. */
const INSTALL_MS = 30 * 60_000;
const QUICK_MS = 2 * 60_000;

const VIRSH = ['virsh', '-c', 'qemu:///system'] as const;
/** libvirt's own folder for disks, which its packages make. */
const POOL_FOLDER = '/var/lib/libvirt/images';

/** In their order; what can only be known when an earlier one is done is in the steps of the next look. */
export function stepsOf(facts: Facts): readonly HostStep[] {
  const plan = planFor(facts);
  return [...installs(facts, plan), ...daemons(facts, plan), ...rights(facts, plan), ...things(facts, plan)];
}

type Plan = (does: string, argv: readonly string[], limitMs?: number) => HostStep;

/** Who is not root becomes it for each command alone. */
function planFor(facts: Facts): Plan {
  const before = facts.has('uid', '0') ? [] : BECOME_ROOT;
  return (does, argv, limitMs = QUICK_MS) => ({ does, command: commandLine([...before, ...argv]), limitMs });
}

export const BECOME_ROOT = ['sudo', '-n'] as const;

function installs(facts: Facts, plan: Plan): readonly HostStep[] {
  const family = familyOf(facts);
  if (!family) return [];
  const packages = packagesFor(facts, family);
  if (packages.length === 0) return [];
  const { refresh, install } = family;
  return [
    ...(refresh ? [plan('reads the lists of packages', refresh, INSTALL_MS)] : []),
    plan(`installs ${packages.join(', ')}`, [...install, ...packages], INSTALL_MS),
  ];
}

function packagesFor(facts: Facts, family: Family): readonly string[] {
  const hasTool = (tool: string) => facts.has('tool', tool);
  const needs: readonly (readonly [Need, boolean])[] = [
    ['libvirt', !hasLibvirt(facts)],
    ['virsh', !hasTool('virsh')],
    ['network', !hasLibvirt(facts) || (lacksNetwork(facts) && facts.one('network-file') === undefined)],
    ['emulator', facts.one('emulator') === undefined],
    ['qemu-img', !hasTool('qemu-img')],
    ['dnsmasq', !hasTool('dnsmasq')],
    ['uefi', facts.one('uefi') === undefined],
    ['tpm', !hasTool('swtpm')],
    ['carrier', !['virt-ssh-helper', 'nc', 'socat'].some(hasTool)],
  ];
  const arch = facts.one('arch') ?? '';
  return [...new Set(needs.flatMap(([need, isMissing]) => (isMissing ? family.packagesOf(need, arch) : [])))];
}

const lacksNetwork = (facts: Facts): boolean =>
  facts.has('answers', 'yes') && networksOf(facts).every(({ name, isActive }) => name !== DEFAULT && !isActive);

/** Sockets of the daemons that drover's reads and changes lead to. */
const MODULAR = [
  ...['virtqemud.socket', 'virtnetworkd.socket', 'virtstoraged.socket', 'virtnodedevd.socket'],
  ...['virtnwfilterd.socket', 'virtsecretd.socket', 'virtproxyd.socket'],
] as const;

function daemons(facts: Facts, plan: Plan): readonly HostStep[] {
  if (isRunning(facts) || !facts.has('systemd', 'yes')) return [];
  const units = unitsToStart(facts);
  return units.length === 0
    ? []
    : [plan('starts libvirt, now and with the host', ['systemctl', 'enable', '--now', ...units])];
}

/** Both kinds may be installed, and must not run together: the one that is enabled already, or that is usual there. */
function unitsToStart(facts: Facts): readonly string[] {
  const units = new Map(
    facts.all('unit').map((line) => {
      const [unit = '', state = ''] = line.split(' ');
      return [unit, state] as const;
    }),
  );
  const modular = MODULAR.filter((unit) => units.has(unit));
  const hasOld = units.has('libvirtd.service');
  const isModular = modular.includes('virtqemud.socket');
  const prefersOld = units.get('libvirtd.service') === 'enabled' || familyOf(facts)?.isModular !== true;
  if (isModular && !(hasOld && prefersOld)) return modular;
  return hasOld ? ['libvirtd.service'] : [];
}

function rights(facts: Facts, plan: Plan): readonly HostStep[] {
  const user = facts.one('user');
  if (mayManage(facts) || user === undefined || !facts.has('group-there', 'libvirt')) return [];
  return [plan(`lets ${user} manage libvirt, from the next login on`, ['usermod', '-aG', 'libvirt', user])];
}

function things(facts: Facts, plan: Plan): readonly HostStep[] {
  if (!facts.has('answers', 'yes')) return [];
  return [...networkSteps(facts, plan), ...poolSteps(facts, plan)];
}

function networkSteps(facts: Facts, plan: Plan): readonly HostStep[] {
  const virsh = (does: string, ...args: readonly string[]) => plan(does, [...VIRSH, ...args]);
  const own = networksOf(facts).find(({ name }) => name === DEFAULT);
  const file = facts.one('network-file');
  if (!own && (!lacksNetwork(facts) || file === undefined)) return [];
  return [
    ...(own || file === undefined ? [] : [virsh('defines the default network', 'net-define', file)]),
    ...(own?.isActive ? [] : [virsh('starts the default network', 'net-start', DEFAULT)]),
    ...(own?.startsItself ? [] : [virsh('starts it with the host', 'net-autostart', DEFAULT)]),
  ];
}

function poolSteps(facts: Facts, plan: Plan): readonly HostStep[] {
  const virsh = (does: string, ...args: readonly string[]) => plan(does, [...VIRSH, ...args]);
  const pools = poolsOf(facts);
  const own = pools.find(({ name }) => name === DEFAULT);
  if (!own && pools.some(({ isActive }) => isActive)) return [];
  const make = [
    virsh('defines the default pool', 'pool-define-as', DEFAULT, 'dir', '--target', POOL_FOLDER),
    virsh('makes its folder', 'pool-build', DEFAULT),
  ];
  return [
    ...(own ? [] : make),
    ...(own?.isActive ? [] : [virsh('starts the default pool', 'pool-start', DEFAULT)]),
    ...(own?.startsItself ? [] : [virsh('starts it with the host', 'pool-autostart', DEFAULT)]),
  ];
}
