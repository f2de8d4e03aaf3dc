/** The commands that make a host ready, from what it lacks. */
import { commandLine } from '../../../shell-word.ts';
import type { HostStep } from '../../contract.ts';
import { familyOf, type Need } from './distributions.ts';
import type { Facts } from './facts.ts';
import { DEFAULT, hasLibvirt, isMute, isRunning, mayManage, needsNewLogin, networksOf, poolsOf } from './parts.ts';

/** A download over a slow line. */
const INSTALL_MS = 30 * 60_000;
const QUICK_MS = 2 * 60_000;

const VIRSH = ['virsh', '-c', 'qemu:///system'] as const;
/** libvirt's own folder for disks, which its packages make. */
const POOL_FOLDER = '/var/lib/libvirt/images';

/**
 * In their order; what can only be known when an earlier one is done is in the steps of the next look. What only some VMs need comes
 * last, each by itself: a release may not have it.
 */
export function stepsOf(facts: Facts): readonly HostStep[] {
  const plan = planFor(facts);
  const { lists, required, optional } = installs(facts, plan);
  return [...lists, ...required, ...daemons(facts, plan), ...rights(facts, plan), ...things(facts, plan), ...optional];
}

type How = Partial<Pick<HostStep, 'limitMs' | 'isOptional' | 'alsoDone'>>;
type Plan = (does: string, argv: readonly string[], how?: How) => HostStep;

/** Who is not root becomes it for each command alone. */
function planFor(facts: Facts): Plan {
  const before = facts.has('uid', '0') ? [] : BECOME_ROOT;
  return (does, argv, how = {}) => ({ does, command: commandLine([...before, ...argv]), limitMs: QUICK_MS, ...how });
}

export const BECOME_ROOT = ['sudo', '-n'] as const;

type Installs = Readonly<Record<'lists' | 'required' | 'optional', readonly HostStep[]>>;

function installs(facts: Facts, plan: Plan): Installs {
  const family = familyOf(facts);
  if (!family) return { lists: [], required: [], optional: [] };
  const { refresh, install, alsoDone } = family;
  const arch = facts.one('arch') ?? '';
  const packages = (needs: readonly Need[]) => [...new Set(needs.flatMap((need) => family.packagesOf(need, arch)))];
  const { required, optional } = needsOf(facts);
  const how = { limitMs: INSTALL_MS, ...(alsoDone && { alsoDone }) };
  const put = (names: readonly string[], more?: How) =>
    plan(`installs ${names.join(', ')}`, [...install, ...names], { ...how, ...more });
  const first = packages(required);
  const others = packages(optional).filter((name) => !first.includes(name));
  // old lists are better than none, and one repository of many may be gone
  const reads = { limitMs: INSTALL_MS, isOptional: true } as const;
  return {
    lists: refresh && first.length + others.length > 0 ? [plan('reads the lists of packages', refresh, reads)] : [],
    required: first.length === 0 ? [] : [put(first)],
    optional: others.map((name) => put([name], { isOptional: true })),
  };
}

/** Which are missing. */
function needsOf(facts: Facts): Readonly<Record<'required' | 'optional', readonly Need[]>> {
  const hasTool = (tool: string) => facts.has('tool', tool);
  const missing = (needs: readonly (readonly [Need, boolean])[]) =>
    needs.flatMap(([need, isMissing]) => (isMissing ? [need] : []));
  return {
    required: missing([
      ['libvirt', !hasLibvirt(facts)],
      ['virsh', !hasTool('virsh')],
      ['network', !hasLibvirt(facts) || (lacksNetwork(facts) && facts.one('network-file') === undefined)],
      ['emulator', facts.one('emulator') === undefined],
      ['qemu-img', !hasTool('qemu-img')],
      ['dnsmasq', !hasTool('dnsmasq')],
    ]),
    optional: missing([
      ['uefi', facts.one('uefi') === undefined],
      ['tpm', !hasTool('swtpm')],
      ['carrier', !['virt-ssh-helper', 'nc', 'socat'].some(hasTool)],
    ]),
  };
}

function lacksNetwork(facts: Facts): boolean {
  const networks = networksOf(facts);
  return networks !== undefined && !networks.own && networks.others.length === 0;
}

/** Sockets of the daemons that drover's reads and changes lead to. */
const QEMU = 'virtqemud.socket';
const MODULAR = [
  ...[QEMU, 'virtnetworkd.socket', 'virtstoraged.socket', 'virtnodedevd.socket'],
  ...['virtnwfilterd.socket', 'virtsecretd.socket', 'virtproxyd.socket', 'virtinterfaced.socket'],
] as const;

/** The one daemon that is all of them. */
const OLD = 'libvirtd.service';

function daemons(facts: Facts, plan: Plan): readonly HostStep[] {
  if (isRunning(facts) || isMute(facts) || !facts.has('systemd', 'yes')) return [];
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
  // an admin has forbidden a masked one
  const isThere = (unit: string) => units.has(unit) && !units.get(unit)?.startsWith('masked');
  const isEnabled = (unit: string) => units.get(unit)?.startsWith('enabled') === true;
  const modular = MODULAR.filter(isThere);
  const old = [OLD].filter(isThere);
  if (!modular.includes(QEMU)) return old;
  if (old.length === 0 || (isEnabled(QEMU) && !isEnabled(OLD))) return modular;
  return isEnabled(OLD) || familyOf(facts)?.isModular !== true ? old : modular;
}

function rights(facts: Facts, plan: Plan): readonly HostStep[] {
  const user = facts.one('user');
  if (mayManage(facts) || needsNewLogin(facts) || user === undefined || !facts.has('group-there', 'libvirt')) return [];
  return [plan(`lets ${user} manage libvirt, from the next login on`, ['usermod', '-aG', 'libvirt', user])];
}

/** Disks are of more worth than a network: what hinders that one does not keep the pool away. */
const things = (facts: Facts, plan: Plan): readonly HostStep[] => [
  ...poolSteps(facts, plan),
  ...networkSteps(facts, plan),
];

function networkSteps(facts: Facts, plan: Plan): readonly HostStep[] {
  const virsh = (does: string, ...args: readonly string[]) => plan(does, [...VIRSH, ...args]);
  const networks = networksOf(facts);
  if (!networks || networks.others.length > 0) return [];
  const { own } = networks;
  const file = facts.one('network-file');
  if (!own && file === undefined) return [];
  return [
    ...(own || file === undefined ? [] : [virsh('defines the default network', 'net-define', file)]),
    ...(own?.isActive ? [] : [virsh('starts the default network', 'net-start', DEFAULT)]),
    ...(own?.startsItself ? [] : [virsh('starts it with the host', 'net-autostart', DEFAULT)]),
  ];
}

function poolSteps(facts: Facts, plan: Plan): readonly HostStep[] {
  const virsh = (does: string, ...args: readonly string[]) => plan(does, [...VIRSH, ...args]);
  const pools = poolsOf(facts);
  if (!pools || pools.others.length > 0) return [];
  const { own } = pools;
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
