/** The groups of methods that a connection may have; their names, and the table of them all, follow from the types. */
import type { AddressOps } from './address.ts';
import type { BackupOps } from './backup.ts';
import type { BalancerOps } from './balancer.ts';
import type { BucketOps, FileOps } from './bucket.ts';
import type { ConsoleOps } from './console.ts';
import type { DiskOps } from './disk.ts';
import type { FlavorOps, ImageOps } from './image.ts';
import type { KeyPairOps } from './key-pair.ts';
import type { DnsOps, LeaseOps, NetworkOps } from './network.ts';
import type { NicOps } from './nic.ts';
import type { NodeOps } from './node.ts';
import type { RouterOps } from './router.ts';
import type { SecurityGroupOps, SecurityRuleOps } from './security-group.ts';
import type { SnapshotOps } from './snapshot.ts';
import type { StorageOps, VolumeOps } from './storage.ts';
import type { SubnetOps } from './subnet.ts';
import type { VmOps } from './vm.ts';
import type { VolumeSnapshotOps } from './volume-snapshot.ts';
import type { ZoneOps } from './zone.ts';

/** One line a group. */
export interface Groups {
  readonly vm: VmOps;
  readonly console: ConsoleOps;
  readonly node: NodeOps;
  readonly snapshot: SnapshotOps;
  readonly disk: DiskOps;
  readonly nic: NicOps;
  readonly storage: StorageOps;
  readonly volume: VolumeOps;
  readonly volumesnapshot: VolumeSnapshotOps;
  readonly network: NetworkOps;
  readonly lease: LeaseOps;
  readonly dns: DnsOps;
  readonly image: ImageOps;
  readonly flavor: FlavorOps;
  readonly backup: BackupOps;
  readonly subnet: SubnetOps;
  readonly securitygroup: SecurityGroupOps;
  readonly securityrule: SecurityRuleOps;
  readonly keypair: KeyPairOps;
  readonly address: AddressOps;
  readonly bucket: BucketOps;
  readonly file: FileOps;
  readonly zone: ZoneOps;
  readonly balancer: BalancerOps;
  readonly router: RouterOps;
}
export type GroupName = keyof Groups;

/** `vm.start`, `console.serial` …: the group, a dot, the method. */
export type OperationName = { [G in GroupName]: `${G}.${keyof Groups[G] & string}` }[GroupName];

/** The method of that name, as it is where it is supported. */
export type Method<Name extends OperationName> = Name extends `${infer G extends GroupName}.${infer M}`
  ? M extends keyof Groups[G]
    ? NonNullable<Groups[G][M]>
    : never
  : never;

/** What an operation does to the world decides what a wrapper may do with it. */
export interface Operation {
  readonly kind: 'reads' | 'mutates' | 'streams';
  /** For the answer of the other side; how long the outcome may take is the action's business. */
  readonly deadlineMs: number;
  /**
   * Of what is taken back, or ended on the other side, when it is given up: how long its own answer is waited for then, which says
   * what is true. Without it an abort ends the call at once.
   */
  readonly takesBackMs?: number;
  /** Text behind the object is a whole document, which may hold passwords: only how long it is may be written down. */
  readonly documents?: true;
  /** Why most platforms lack it: said where a platform has no sentence of its own. */
  readonly rare?: string;
}

const LOCKS = 'VMs of this platform have no lock that others see';
const SHELVES = 'this platform does not shelve VMs: one that is off has its place on its node';
const RESCUES = 'this platform has no rescue mode: boot the VM from a medium';
const REBUILDS = 'this platform does not write the disk of a VM again: make another VM of the image';
const NO_IMAGE_FILES = 'this platform takes and gives no images as files of this machine';
const NO_PROPERTIES = 'images of this platform have no properties that are changed';
const NO_MAINTENANCE = 'drover takes no node of this platform out of service: move its VMs away with `node evacuate`';
const NO_LIMITS = 'drover knows no quotas of this platform';
const NO_OFFERS = 'volumes of this platform stay where they were made: copy one, or take a snapshot of it';
const CONFIRMS = 'a new size needs no word here: it is kept at once';

/**
 * Every operation once: a method without a row, and a row without a method, do not compile. Wrappers walk this table, so
 * that none can be forgotten.
 */
export const operations: Readonly<Record<OperationName, Operation>> = {
  // where there are no tasks, these are answered when the disks are written
  'vm.create': { kind: 'mutates', deadlineMs: 600_000, takesBackMs: 60_000 },
  'vm.clone': { kind: 'mutates', deadlineMs: 600_000, takesBackMs: 60_000 },
  'vm.limits': { kind: 'reads', deadlineMs: 15_000, rare: NO_LIMITS },
  'vm.info': { kind: 'reads', deadlineMs: 10_000 },
  'vm.history': {
    kind: 'reads',
    deadlineMs: 30_000,
    rare: 'drover reads no metrics of the past from this platform: its own begin when it connects',
  },
  'vm.identity': { kind: 'reads', deadlineMs: 10_000 },
  'vm.start': { kind: 'mutates', deadlineMs: 60_000 },
  'vm.stop': { kind: 'mutates', deadlineMs: 40_000 },
  'vm.restart': { kind: 'mutates', deadlineMs: 40_000 },
  'vm.pause': { kind: 'mutates', deadlineMs: 40_000 },
  'vm.resume': { kind: 'mutates', deadlineMs: 40_000 },
  // where there are no tasks, it is answered when all is written
  'vm.suspend': { kind: 'mutates', deadlineMs: 600_000 },
  'vm.save': { kind: 'mutates', deadlineMs: 600_000 },
  'vm.restore': { kind: 'mutates', deadlineMs: 600_000 },
  // where there are no tasks, it is answered when the disk is copied
  'vm.export': { kind: 'mutates', deadlineMs: 7_200_000, takesBackMs: 60_000 },
  'vm.definition': { kind: 'reads', deadlineMs: 15_000 },
  'vm.define': { kind: 'mutates', deadlineMs: 60_000, documents: true },
  'vm.lock': { kind: 'mutates', deadlineMs: 40_000, rare: LOCKS },
  'vm.unlock': { kind: 'mutates', deadlineMs: 40_000, rare: LOCKS },
  'vm.shelve': { kind: 'mutates', deadlineMs: 60_000, rare: SHELVES },
  'vm.rescue': { kind: 'mutates', deadlineMs: 60_000, rare: RESCUES },
  'vm.unrescue': { kind: 'mutates', deadlineMs: 60_000, rare: RESCUES },
  'vm.planRebuild': { kind: 'reads', deadlineMs: 15_000, rare: REBUILDS },
  'vm.rebuild': { kind: 'mutates', deadlineMs: 60_000, rare: REBUILDS },
  'vm.confirmResize': { kind: 'mutates', deadlineMs: 60_000, rare: CONFIRMS },
  'vm.revertResize': { kind: 'mutates', deadlineMs: 60_000, rare: CONFIRMS },
  'vm.planDelete': { kind: 'reads', deadlineMs: 15_000 },
  'vm.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'vm.settings': { kind: 'reads', deadlineMs: 10_000 },
  'vm.planConfigure': { kind: 'reads', deadlineMs: 15_000 },
  'vm.configure': { kind: 'mutates', deadlineMs: 60_000 },
  // of each target everything is read again, over a link that may be slow
  'vm.planMigrate': { kind: 'reads', deadlineMs: 60_000 },
  // as long as large disks take over a slow line: platforms give up by themselves when nothing moves
  'vm.migrate': { kind: 'mutates', deadlineMs: 86_400_000, takesBackMs: 120_000 },
  'console.serial': { kind: 'streams', deadlineMs: 15_000 },
  'console.display': { kind: 'streams', deadlineMs: 15_000 },
  'console.viewer': { kind: 'streams', deadlineMs: 15_000 },
  'console.command': { kind: 'reads', deadlineMs: 15_000 },
  'console.output': { kind: 'reads', deadlineMs: 15_000 },
  'node.info': { kind: 'reads', deadlineMs: 15_000 },
  'node.shell': { kind: 'streams', deadlineMs: 15_000 },
  'node.planReceive': { kind: 'reads', deadlineMs: 60_000 },
  'node.receive': { kind: 'mutates', deadlineMs: 86_400_000, takesBackMs: 120_000 },
  'node.route': { kind: 'reads', deadlineMs: 15_000 },
  // as long as a command may run, and a large file takes: who asks has a limit of its own
  'node.run': { kind: 'mutates', deadlineMs: 86_400_000 },
  'node.files': { kind: 'reads', deadlineMs: 30_000 },
  'node.readFile': { kind: 'reads', deadlineMs: 86_400_000 },
  'node.writeFile': { kind: 'mutates', deadlineMs: 86_400_000 },
  'node.makeFolder': { kind: 'mutates', deadlineMs: 60_000 },
  // what uses the file is looked for first
  'node.renameFile': { kind: 'mutates', deadlineMs: 60_000 },
  'node.deleteFile': { kind: 'mutates', deadlineMs: 60_000 },
  'node.enterMaintenance': { kind: 'mutates', deadlineMs: 60_000, rare: NO_MAINTENANCE },
  'node.exitMaintenance': { kind: 'mutates', deadlineMs: 60_000, rare: NO_MAINTENANCE },
  'snapshot.list': { kind: 'reads', deadlineMs: 15_000 },
  // where there are no tasks, these are answered when memory and disks are written
  'snapshot.create': { kind: 'mutates', deadlineMs: 600_000 },
  'snapshot.planRevert': { kind: 'reads', deadlineMs: 15_000 },
  'snapshot.revert': { kind: 'mutates', deadlineMs: 600_000 },
  'snapshot.planDelete': { kind: 'reads', deadlineMs: 15_000 },
  'snapshot.delete': { kind: 'mutates', deadlineMs: 600_000 },
  'disk.list': { kind: 'reads', deadlineMs: 15_000 },
  // where there are no tasks, it is answered when the volume is written, which platforms give up by themselves
  'disk.create': { kind: 'mutates', deadlineMs: 1_800_000, takesBackMs: 60_000 },
  'disk.detach': { kind: 'mutates', deadlineMs: 60_000 },
  'disk.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'disk.delete': { kind: 'mutates', deadlineMs: 600_000 },
  'disk.resize': { kind: 'mutates', deadlineMs: 600_000 },
  // as long as a large disk takes over a slow network
  'disk.move': {
    kind: 'mutates',
    deadlineMs: 86_400_000,
    takesBackMs: 60_000,
    rare: 'drover moves no disks between storages of this platform',
  },
  'disk.insert': { kind: 'mutates', deadlineMs: 60_000 },
  'nic.list': { kind: 'reads', deadlineMs: 15_000 },
  'nic.create': { kind: 'mutates', deadlineMs: 60_000 },
  'nic.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'nic.connect': { kind: 'mutates', deadlineMs: 60_000 },
  // a list of everything that an endpoint has takes several requests
  'storage.list': { kind: 'reads', deadlineMs: 30_000 },
  'storage.create': { kind: 'mutates', deadlineMs: 60_000 },
  'storage.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'storage.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'storage.start': { kind: 'mutates', deadlineMs: 60_000 },
  'storage.stop': { kind: 'mutates', deadlineMs: 60_000 },
  'storage.refresh': { kind: 'mutates', deadlineMs: 60_000 },
  'volume.list': { kind: 'reads', deadlineMs: 30_000 },
  // where there are no tasks, these are answered when the disk is written
  'volume.create': { kind: 'mutates', deadlineMs: 600_000 },
  'volume.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'volume.delete': { kind: 'mutates', deadlineMs: 600_000 },
  'volume.resize': { kind: 'mutates', deadlineMs: 600_000 },
  'volume.offer': { kind: 'mutates', deadlineMs: 60_000, rare: NO_OFFERS },
  'volume.withdraw': { kind: 'mutates', deadlineMs: 60_000, rare: NO_OFFERS },
  'volume.accept': { kind: 'mutates', deadlineMs: 600_000, rare: NO_OFFERS },
  // as long as a large file takes over a slow line: platforms give up by themselves when nothing moves
  'volume.upload': { kind: 'mutates', deadlineMs: 86_400_000 },
  'volume.download': { kind: 'reads', deadlineMs: 86_400_000 },
  'volumesnapshot.list': { kind: 'reads', deadlineMs: 30_000 },
  // where there are no tasks, these are answered when all is copied
  'volumesnapshot.create': { kind: 'mutates', deadlineMs: 600_000 },
  'volumesnapshot.restore': { kind: 'mutates', deadlineMs: 600_000 },
  'volumesnapshot.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'volumesnapshot.delete': { kind: 'mutates', deadlineMs: 600_000 },
  'network.list': { kind: 'reads', deadlineMs: 30_000 },
  'network.create': { kind: 'mutates', deadlineMs: 60_000 },
  'network.settings': { kind: 'reads', deadlineMs: 30_000 },
  'network.update': { kind: 'mutates', deadlineMs: 60_000 },
  'network.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'network.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'network.start': { kind: 'mutates', deadlineMs: 60_000 },
  'network.stop': { kind: 'mutates', deadlineMs: 60_000 },
  'lease.list': { kind: 'reads', deadlineMs: 30_000 },
  'lease.create': { kind: 'mutates', deadlineMs: 60_000 },
  'lease.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'lease.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'dns.list': { kind: 'reads', deadlineMs: 30_000 },
  'dns.create': { kind: 'mutates', deadlineMs: 60_000 },
  'dns.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'dns.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'image.list': { kind: 'reads', deadlineMs: 30_000 },
  // where there are no tasks, it is answered when all has come
  'image.create': { kind: 'mutates', deadlineMs: 7_200_000 },
  'image.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'image.delete': { kind: 'mutates', deadlineMs: 60_000 },
  // as long as a large file takes over a slow line: platforms give up by themselves when nothing moves
  'image.upload': { kind: 'mutates', deadlineMs: 86_400_000, rare: NO_IMAGE_FILES },
  'image.download': { kind: 'reads', deadlineMs: 86_400_000, takesBackMs: 60_000, rare: NO_IMAGE_FILES },
  'image.update': { kind: 'mutates', deadlineMs: 60_000, rare: NO_PROPERTIES },
  'flavor.list': { kind: 'reads', deadlineMs: 30_000 },
  'backup.list': { kind: 'reads', deadlineMs: 30_000 },
  // where there are no tasks, these are answered when all is written
  'backup.create': { kind: 'mutates', deadlineMs: 7_200_000 },
  'backup.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'backup.delete': { kind: 'mutates', deadlineMs: 600_000 },
  'backup.restore': { kind: 'mutates', deadlineMs: 7_200_000, takesBackMs: 60_000 },
  'subnet.list': { kind: 'reads', deadlineMs: 30_000 },
  'subnet.create': { kind: 'mutates', deadlineMs: 60_000 },
  'subnet.update': { kind: 'mutates', deadlineMs: 60_000 },
  'subnet.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'subnet.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'securitygroup.list': { kind: 'reads', deadlineMs: 30_000 },
  'securitygroup.create': { kind: 'mutates', deadlineMs: 60_000 },
  'securitygroup.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'securitygroup.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'securityrule.list': { kind: 'reads', deadlineMs: 30_000 },
  'securityrule.create': { kind: 'mutates', deadlineMs: 60_000 },
  'securityrule.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'keypair.list': { kind: 'reads', deadlineMs: 30_000 },
  'keypair.create': { kind: 'mutates', deadlineMs: 60_000 },
  'keypair.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'keypair.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'address.list': { kind: 'reads', deadlineMs: 30_000 },
  'address.create': { kind: 'mutates', deadlineMs: 60_000 },
  'address.associate': { kind: 'mutates', deadlineMs: 60_000 },
  'address.disassociate': { kind: 'mutates', deadlineMs: 60_000 },
  'address.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'address.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'bucket.list': { kind: 'reads', deadlineMs: 60_000 },
  'bucket.create': { kind: 'mutates', deadlineMs: 60_000 },
  'bucket.update': { kind: 'mutates', deadlineMs: 60_000 },
  'bucket.planDelete': { kind: 'reads', deadlineMs: 60_000 },
  // files are deleted in pages
  'bucket.delete': { kind: 'mutates', deadlineMs: 1_800_000 },
  'file.list': { kind: 'reads', deadlineMs: 60_000 },
  // as long as a large file takes over a slow line: platforms give up by themselves when nothing moves
  'file.upload': { kind: 'mutates', deadlineMs: 86_400_000 },
  'file.download': { kind: 'reads', deadlineMs: 86_400_000 },
  'file.link': { kind: 'reads', deadlineMs: 15_000 },
  'file.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'file.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'zone.list': { kind: 'reads', deadlineMs: 30_000 },
  'zone.create': { kind: 'mutates', deadlineMs: 60_000 },
  'zone.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'zone.delete': { kind: 'mutates', deadlineMs: 120_000 },
  'balancer.list': { kind: 'reads', deadlineMs: 30_000 },
  // made of several parts, one after the other
  'balancer.create': { kind: 'mutates', deadlineMs: 600_000 },
  'balancer.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'balancer.delete': { kind: 'mutates', deadlineMs: 600_000 },
  'router.list': { kind: 'reads', deadlineMs: 30_000 },
  'router.create': { kind: 'mutates', deadlineMs: 60_000 },
  'router.update': { kind: 'mutates', deadlineMs: 60_000 },
  'router.connect': { kind: 'mutates', deadlineMs: 60_000 },
  'router.disconnect': { kind: 'mutates', deadlineMs: 60_000 },
  'router.planDelete': { kind: 'reads', deadlineMs: 30_000 },
  'router.delete': { kind: 'mutates', deadlineMs: 60_000 },
};

/** Why this operation is not possible for this very object, as its platform says; undefined where it says nothing. */
export const disabledReason = (
  object: { readonly disabled?: Readonly<Record<string, string>> },
  name: OperationName,
): string | undefined => object.disabled?.[name];

/** Operations by name: those below, and with a plugin more. */
export type OperationTable = Readonly<Record<string, Operation>>;

/** Why operations of an endpoint are missing, each as a sentence for people; one for a whole group that is missing. */
export type Absences = Readonly<Partial<Record<OperationName | GroupName, string>>>;

/** The sentence for an operation that is missing; undefined where neither its platform nor the table says anything. */
export const whyAbsent = ({ whyNot }: { readonly whyNot: Absences }, name: OperationName): string | undefined =>
  whyNot[name] ?? whyNot[partsOf(name)[0]] ?? operations[name].rare;

/** A name as group and method. */
export const partsOf = (name: OperationName): readonly [group: GroupName, method: string] => {
  const dot = name.indexOf('.');
  return [name.slice(0, dot) as GroupName, name.slice(dot + 1)];
};

/** The method of that name; undefined where these groups lack it, or lack the group. */
export function operationOf<Name extends OperationName>(groups: Partial<Groups>, name: Name): Method<Name> | undefined {
  const [group, method] = partsOf(name);
  return (groups[group] as Readonly<Record<string, unknown>> | undefined)?.[method] as Method<Name> | undefined;
}
