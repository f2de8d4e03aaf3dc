/** What the details of a VM are about: categories that all platforms have, and those that a platform names itself. */
import type { MoreLine } from '../../platforms/contract.ts';

export const GENERAL = 'General';

/**
 * In the order to show. `keys`: of the JSON of `vm info`; `lines`: labels of what people read there, where those are other ones than
 * the keys; `more`: labels under which platforms tell what only they have, where they don't say what it stands under.
 */
interface Category {
  readonly name: string;
  readonly keys: readonly string[];
  readonly lines: readonly string[];
  readonly more: readonly string[];
}

const words = (text: string): readonly string[] => text.split(/\s+/);
const names = (text: string): readonly string[] => text.split(', ');

const CATEGORIES: readonly Category[] = [
  {
    name: GENERAL,
    keys: words(
      'endpoint platform state rawState error staleSince autostart plan profile image os flavor owner tags note created started description pending',
    ),
    lines: [],
    more: names('State since, Trouble, Fault, Locked, Lifecycle, Protection, Auto Scaling group, Kind'),
  },
  { name: 'Identity', keys: ['uuid'], lines: ['id'], more: names('BIOS UUID, Reference') },
  {
    name: 'Place',
    keys: ['node', 'pool'],
    lines: ['host'],
    more: names(
      'Zone, Host, Region, Project, Resource pool, High availability, Placement group, Tenancy, Files, Hardware',
    ),
  },
  {
    name: 'Compute',
    keys: ['cpus', 'memory', 'maxCpus', 'maxMemory'],
    lines: ['numcpus', 'max cpus', 'max memory'],
    more: names('CPU, Sockets, Machine, Architecture, Flavor, Instance type, Hotplug, Hibernation'),
  },
  {
    name: 'Disks',
    keys: ['disks', 'storage', 'sharedStorage', 'localStorage', 'diskCount'],
    lines: ['diskname'],
    more: names('On disk, SCSI controller'),
  },
  {
    name: 'Networks',
    keys: ['ips', 'addresses', 'nics', 'nicCount'],
    lines: ['net interface', 'ip', 'address'],
    more: names(
      'Floating, Public name, Private name, VPC, Subnet, Security groups, Security group, Firewall, Name reserved in',
    ),
  },
  { name: 'Snapshots', keys: ['snapshots'], lines: ['snapshot'], more: [] },
  {
    name: 'Guest',
    keys: [],
    lines: [],
    more: names(
      'Guest, Guest OS, Guest agent, Host name in the guest, VMware Tools, Operating system, Platform, AMI, Key pair',
    ),
  },
  { name: 'Boot', keys: [], lines: [], more: names('Firmware, Boot order, Boot mode, Start order, Hook script') },
  { name: 'Display', keys: [], lines: [], more: names('Display, Session Manager') },
];

const byMore = new Map(CATEGORIES.flatMap(({ name, more }) => more.map((label) => [label, name] as const)));
const byLine = new Map(
  CATEGORIES.flatMap(({ name, keys, lines }) => [...keys, ...lines].map((label) => [label, name] as const)),
);
const order = new Map(CATEGORIES.map(({ name }, at) => [name, at]));

/** What a line of a platform stands under: what the platform says, or else what is known of its label; undefined for neither. */
export const sectionOf = ([label, , section]: MoreLine): string | undefined => section ?? byMore.get(label);

/** Of a key of `vm info`, or the label of a line of it. */
export const categoryOf = (label: string): string => byLine.get(label) ?? GENERAL;

/** Those of all platforms. */
export const COMMON_CATEGORIES: readonly string[] = CATEGORIES.map(({ name }) => name);

/** Those of all platforms in their order, behind them those that a platform has named. */
export const inOrder = (categories: Iterable<string>): readonly string[] =>
  [...new Set(categories)].toSorted(
    (a, b) => (order.get(a) ?? CATEGORIES.length) - (order.get(b) ?? CATEGORIES.length),
  );
