/**
 * What a platform brings so that the contract suite (test/contract/) can be run against a server of its kind.
 * `src/platforms/<name>/testkit.ts` exports one as `testkit`; the suite finds it by its place. The platform itself comes from
 * the registry (`npm run gen`). The server is started once for the whole suite and shared by its tests, which run one after
 * the other. Without a lab its VMs are polled four times a second, else once; beside the times below every wait has ten
 * seconds of the system's clock more, for slow machines.
 */
import type { Clock } from '../clock.ts';
import type { NodeId, VmId } from '../ids.ts';
import type { Bytes } from '../units.ts';
import {
  type AddressSpec,
  type BalancerSpec,
  type BucketSpec,
  type DnsSpec,
  type Endpoint,
  type ImageSpec,
  type KeyPairSpec,
  type LeaseSpec,
  type ListedKind,
  type NetworkSpec,
  type ObjectOf,
  type OperationName,
  operations,
  partsOf,
  type RouterSpec,
  type SecurityGroupSpec,
  type Settings,
  type SettingsTarget,
  type StorageSpec,
  type SubnetChanges,
  type SubnetSpec,
  type VolumeSpec,
  type ZoneSpec,
} from './contract.ts';

const operationNames = Object.keys(operations) as readonly OperationName[];

/** How this platform behaves, for tests that must wait or choose: facts, never names of tests. */
export interface PlatformFacts {
  /**
   * Exactly the operations that a connection to the test server has, in any order. Of each other one but `vm.identity` it says
   * in `whyNot` why it has not, and of these it says nothing there, not even for their group. Which tests run follows from this.
   */
  readonly operations: readonly OperationName[];
  /** Operations that its connections have beside those, and that another server of this platform is asked for, in a lab. */
  readonly elsewhere?: readonly OperationName[];
  /** Whether the server wants a login; `TestServer.wrongLogin` is then one that it must refuse. */
  readonly login: boolean;
  /**
   * Whether a VM can be deleted without the disks of `doomedVm()`; otherwise that is refused as op.unsupported, and its plan
   * has said so in `keepDisksRefused`.
   */
  readonly keepsDisks: boolean;
  /** Changes come by themselves, and a start sends an event about its VM; otherwise they are seen at the next poll. */
  readonly pushesEvents: boolean;
  /** Until a VM that was started shows as running, at most: without the time until the next poll. */
  readonly startTakesMs: number;
  /** Until a VM that was stopped shows as stopped, at most, whichever way it was asked. */
  readonly stopTakesMs: number;
  /** Whether the guests of the test server obey a graceful stop and restart; otherwise only the request is tested. */
  readonly guestsAnswer: boolean;
  /**
   * Which samples arrive for a running VM; memory and rates may need an agent or a real guest. The share of the CPU must come in
   * any case. What is not named here may come, and is not looked at.
   */
  readonly samples: readonly ('cpu' | 'memory' | 'disk' | 'net')[];
  /** Absent where there are none to be taken; `snapshot.list` alone needs none of this. */
  readonly snapshots?: {
    /** Until one that was taken or deleted shows in the list, at most. */
    readonly takeMs: number;
    /** Whether the test server keeps the memory of a running VM in one. */
    readonly memory: boolean;
    /** Whether a VM can be put back to another one than the newest; some storages can't. */
    readonly revertsToOlder: boolean;
    /** Each stands alone: none is made on top of another, and none is what the disks continue from. */
    readonly apart?: true;
  };
  /** Of platforms that make VMs. */
  readonly makesVms?: {
    /** All that a new VM is made of, without its name and whether it is started. */
    readonly spec: Settings;
    /** What it has then: the sizes of its disks, in bytes, and the networks of its NICs. */
    readonly disks: readonly number[];
    readonly networks: readonly string[];
    /** By kind, with what an unknown one is asked for: `{ image: { image: 'none' } }`. */
    readonly missing: Readonly<Partial<Record<'image' | 'network' | 'storage', Settings>>>;
    readonly clones: boolean;
    /** How long it may take until one is there, or has started, ms. */
    readonly takeMs: number;
  };
  /** Of platforms that move VMs to other nodes. */
  readonly migrates?: {
    /** How long a move of `runningVm()` or `stoppedVm()` may take until it is seen, ms. */
    readonly takeMs: number;
    /** Whether they can go to another node of the test server's endpoint. */
    readonly within: boolean;
    /** Whether they can go to `TestServer.otherEndpoint()`, with their disks. */
    readonly elsewhere: boolean;
  };
  /** Of platforms with the verbs of clouds: locks, shelving, rescue, rebuilding. */
  readonly modes?: {
    /** How long it may take until an outcome is seen, ms. */
    readonly takeMs: number;
    /** An image that a VM can be rescued with, and made of. */
    readonly rescueImage: string;
    /** A change of the saved settings that waits to be confirmed or reverted then. */
    readonly resize?: Settings;
  };
  /** Of platforms with backups. */
  readonly backups?: {
    /** How long it may take until one is made, or a VM of one, ms. */
    readonly takeMs: number;
    /** The name of a storage that takes them. */
    readonly storage: string;
  };
  /** Of platforms with snapshots of volumes. */
  readonly volumeSnapshots?: {
    /** How long it may take until one is whole, or a volume of one, ms. */
    readonly takeMs: number;
    /** The platform's word for one that is whole. */
    readonly whole: string;
    /** Names of two volumes that the test server has not: the first is as in `makes`, the second is made of its snapshot. */
    readonly volumes: readonly [string, string];
  };
  /** Of platforms with the operations on files: memory, exports, definitions, and transfers. */
  readonly files?: {
    /** How long it may take until an outcome is seen, ms. */
    readonly takeMs: number;
    /** A folder of the node of `runningVm` that the platform may write to. */
    readonly folder: string;
    /** The name of a storage that takes uploads and exports. */
    readonly storage: string;
    /** What a VM is exported as is an image, not a volume. */
    readonly exportsImages?: true;
    /** A definition with one harmless change, which `changed` is a part of; and one that is not valid. */
    readonly change: (text: string) => string;
    readonly changed: string;
    readonly invalid: (text: string) => string;
  };
  /** Of platforms whose disks and NICs can be changed. */
  readonly parts?: {
    /** How long it may take until a change is in the list, ms. */
    readonly takeMs: number;
    /** Two networks of the test server, by name. */
    readonly networks: readonly [string, string];
    /** False where the platform alone chooses the addresses of NICs. */
    readonly ownMacs?: false;
    /** Of the smallest volume, where that is more than 64 MiB. */
    readonly diskSize?: Bytes;
    /** Whether the volume of a disk that was detached stays in `volume.list`, to be attached again. */
    readonly volumes: boolean;
    /** Whether such a volume gets another name when another VM gets it. */
    readonly renamesVolumes?: true;
    /** Two storages between which a disk can be moved, by name: it is made in the first one. */
    readonly storages?: readonly [string, string];
    /** Whether the volume itself becomes one of the other storage, and is not copied. */
    readonly movesInPlace?: true;
    /** Path of a volume that can be put into the drive of `vmWithDrive`. */
    readonly medium?: string;
  };
  /**
   * Of each kind whose `list` is among the operations: one that the test server has, as far as it must be told. One row of
   * the list must have all of these values.
   */
  readonly listed?: { readonly [K in Exclude<ListedKind, 'snapshot'>]?: Partial<ObjectOf<K>> };
  /** Of each kind whose `create` is among the operations, and of no other: one that the test server has not. */
  readonly makes?: {
    readonly storage?: StorageSpec;
    readonly volume?: VolumeSpec;
    readonly network?: NetworkSpec;
    readonly image?: ImageSpec;
    readonly lease?: LeaseSpec;
    readonly dns?: DnsSpec;
    readonly subnet?: SubnetSpec;
    readonly securitygroup?: SecurityGroupSpec;
    readonly keypair?: KeyPairSpec;
    readonly bucket?: BucketSpec;
    readonly zone?: ZoneSpec;
    readonly balancer?: BalancerSpec;
    readonly router?: RouterSpec;
  };
  /** Of platforms with nouns of clouds: what can be tried of each that is there. */
  readonly clouds?: {
    /** Of one that was just made: changes that the platform takes. */
    readonly subnet?: { readonly changes: SubnetChanges };
    /** Whether rules can be put into the security group of `makes`; and whether only for addresses, not for other groups. */
    readonly securityrule?: boolean | 'addresses';
    /** A network that the router of `makes` can lead to. */
    readonly router?: { readonly network: string };
    /** How one is asked for. */
    readonly address?: AddressSpec;
    /** Whether files go into the bucket of `makes`, and come back. */
    readonly file?: boolean;
    /** Whether entries can be put into the zone of `makes`. */
    readonly zone?: boolean;
  };
  /** Nothing that is changed of a network waits for a restart; its MTU, DHCP and forwarders can be changed. */
  readonly networksChangeAtOnce?: true;
  /** Volumes that are made of images have the format of `makes.volume`, and none is linked to its image. */
  readonly volumesAreWhole?: true;
  /** False where a volume is made of an image only as the disk of a VM. */
  readonly volumesOfImages?: false;
  /** Until one that was made or deleted shows in its list, at most, in time of the server's clock. Absent: at once. */
  readonly listedTakesMs?: number;
  /**
   * Settings that the VMs of the test server can take, all at once, and that differ from what they have: `config` of
   * `stoppedVm()`, `running` of `runningVm()`. They are put back afterwards. At least one for each target; both are empty only
   * where there is no `vm.configure`. `memory` must show in the row too.
   */
  readonly changes: Readonly<Record<SettingsTarget, Settings>>;
  /** A file that becomes an image, of platforms that take images and give none. */
  readonly uploads?: () => Buffer;
  /** What a serial console shows after Enter was pressed; undefined when the guests have none, and consoles are not tested. */
  readonly prompt: RegExp | undefined;
}

/** Every operation on disks and NICs. */
export const PART_OPERATIONS = operationNames.filter((name) => /^(disk|nic)\.(?!move)/.test(name));

/** Every operation on snapshots, of a platform that has them whole. */
export const SNAPSHOT_OPERATIONS = [
  'snapshot.list',
  'snapshot.create',
  'snapshot.planRevert',
  'snapshot.revert',
  'snapshot.planDelete',
  'snapshot.delete',
] as const satisfies readonly OperationName[];

/** Every operation on what an endpoint has beside nodes and VMs, of a platform that has them whole. */
export const LISTED_OPERATIONS = operationNames.filter(
  (name) =>
    ['storage', 'volume', 'network', 'image', 'flavor'].includes(partsOf(name)[0]) &&
    !/load$|^image\.update$|^volume\.(offer|withdraw|accept)$/.test(name),
);

/** Images as files of this machine, and what is said of them. */
export const IMAGE_FILE_OPERATIONS = [
  'image.upload',
  'image.download',
  'image.update',
] as const satisfies readonly OperationName[];

/** Every operation on snapshots of volumes. */
export const VOLUME_SNAPSHOT_OPERATIONS = operationNames.filter((name) => name.startsWith('volumesnapshot.'));

/** Every operation on backups. */
export const BACKUP_OPERATIONS = operationNames.filter((name) => name.startsWith('backup.'));

/** Every operation on addresses and names. */
export const NAME_OPERATIONS = operationNames.filter((name) => /^(lease|dns)\./.test(name));

/** Every operation on what clouds have beside VMs, disks and networks. */
export const CLOUD_OPERATIONS = operationNames.filter((name) =>
  /^(subnet|securitygroup|securityrule|keypair|address|bucket|file|zone|balancer|router)\./.test(name),
);
/** Commands and files of nodes, and the way to their guests. */
export const NODE_OPERATIONS = [
  'node.route',
  'node.run',
  'node.files',
  'node.readFile',
  'node.writeFile',
  'node.makeFolder',
  'node.renameFile',
  'node.deleteFile',
] as const satisfies readonly OperationName[];

/** A node is taken out of service, and put back. */
export const MAINTENANCE_OPERATIONS = [
  'node.enterMaintenance',
  'node.exitMaintenance',
] as const satisfies readonly OperationName[];

/** What is read from files, and written to them. */
export const FILE_OPERATIONS = [
  'vm.save',
  'vm.restore',
  'vm.export',
  'vm.definition',
  'vm.define',
  'volume.upload',
  'volume.download',
] as const satisfies readonly OperationName[];

/**
 * A private server with VMs that tests may start, stop, change and delete. Each VM has memory and vCPUs, and `vm.info` tells of
 * one that is off no time of its start.
 */
export interface TestServer {
  /** Defaults of the manifest are not filled in. Its `password` must not appear in the wire log. */
  readonly endpoint: Endpoint;
  /** The same server with a login that it must refuse; undefined when anybody may come in. */
  readonly wrongLogin: Endpoint | undefined;
  /** The time that the server lives in: `systemClock`, unless it is a simulation (`quickClock` in testkit-clock.ts). */
  readonly clock: Clock;
  /**
   * A VM that is stopped now, always the same; brings it there when an earlier test left it otherwise. What that test began (a
   * boot) must be over, or it strikes in the middle of the next one.
   */
  stoppedVm(): Promise<VmId>;
  /** A VM that runs now, likewise, and never the one of `stoppedVm()`. */
  runningVm(): Promise<VmId>;
  /**
   * A stopped VM with a writable disk, without snapshots, made to be deleted: another one at each call. A run takes two, with
   * snapshots up to five. `goes` of its plan has paths alone, at least one.
   */
  doomedVm(): Promise<VmId>;
  /** A node that is up and that nothing runs on, where nodes can be taken out of service. */
  idleNode?(): Promise<NodeId>;
  /** One that has a drive for CDs, where `parts.medium` is said. */
  vmWithDrive?(): Promise<VmId>;
  /** Another endpoint of the platform that takes VMs of this one and gives them back, where `migrates.elsewhere` is said. */
  otherEndpoint?(): Promise<Endpoint>;
  /** What linked clones are made of, where that can't be any VM: a template. */
  linkedFrom?(): Promise<VmId>;
  /** Whether there is a disk at this path, asked past drover: of `goes` and `stays` of a plan, without ` (reason)`. */
  hasDisk(path: string): Promise<boolean>;
  /**
   * From now on nothing gets through, in either direction; what is connected notices. `startLink()` in testkit-link.ts is a place
   * before the server that does it; `endpoint` leads there then. New connections must fail at once, not hang.
   */
  cutLink(): Promise<void>;
  restoreLink(): Promise<void>;
  close(): Promise<void>;
}

/** A request as a server sees it. */
export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string;
}

/** An answer that says no, in the very words of that kind of server. */
export interface HttpRefusal {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Of a platform that speaks HTTP: all that a proxy must know which stands before its test server and breaks things. The proxy
 * takes plain HTTP on loopback, whatever the server behind it speaks: the platform must allow that for an address of this machine.
 */
export interface HttpFacts {
  /** Where the server of this endpoint listens, read from its fields: `http://127.0.0.1:8006`. */
  origin(endpoint: Endpoint): string;
  /** The same endpoint, reached by plain HTTP at another place. */
  proxied(endpoint: Endpoint, origin: string): Endpoint;
  /**
   * Whether a request is (one of) those that log in, list the VMs, read one VM for `vm.info`, or start one. Each request is
   * for one purpose at most; `start` is counted, and must be one request. `path` is as it was sent, with the API's base.
   */
  is(purpose: 'login' | 'inventory' | 'info' | 'start', request: SeenRequest): boolean;
  readonly refusals: {
    /** The session or ticket is no longer known: answered to `info`, and renewed by one request that is a `login`. */
    readonly loggedOut: HttpRefusal;
    /** To a start, auth.forbidden; `names` is the missing right, as the user must read it in the message or the fix. */
    readonly forbidden: HttpRefusal & { readonly names: RegExp };
    /** To a read of a VM that is gone, vm.not-found. */
    readonly gone: HttpRefusal;
    /** To a start of a VM that is busy with something else, op.conflict. */
    readonly conflict: HttpRefusal;
  };
  /** What looks like an answer and can't be read, with the status 200: host.protocol to a read, outcome.unknown to a change. */
  readonly malformed: string;
  /** A page of the list that names itself as the next one; absent where lists have no pages. */
  repeatPage?(body: string): string;
}

export interface PlatformTestkit {
  /** The lab (test/labs/<name>) whose packages the server needs; undefined when it runs on any machine. */
  readonly lab: string | undefined;
  readonly facts: PlatformFacts;
  /** Of platforms that speak HTTP: test/contract/http-faults.ts then runs too. */
  readonly http?: HttpFacts;
  /** Undefined when `start()` can work here, else the sentence that says what is missing. Asked only where there is a lab. */
  available(): Promise<string | undefined>;
  /** A server of its own at each call, with an endpoint name of its own: suites may run side by side. */
  start(): Promise<TestServer>;
}
