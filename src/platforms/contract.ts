/**
 * The contract between drover and a platform: types and promises, no code.
 *
 * - A method that is there is supported; a method that is missing is not. Nothing else says so.
 * - Methods are called detached (the wrappers take them out): close over what you need, don't use `this`.
 * - A mutator resolves when the other side has accepted the request. What became of it arrives by `watch()`.
 * - Trouble of the outside world is a `FleetError` that names the object; whatever else is thrown is a bug.
 * - What crosses `Sink` can be structured-cloned: a worker or a hub may stand there one day.
 *
 * Where each method of the two seed systems went: docs/contract.md.
 */
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { ErrorCode } from '../errors.ts';
import type { EndpointName, NodeId, PoolId, VmId } from '../ids.ts';
import type { Bytes } from '../units.ts';

// ---------------------------------------------------------------------------------------------- objects

export const VM_STATES = [
  'running',
  'paused',
  'suspended',
  'stopped',
  'starting',
  'stopping',
  'migrating',
  'crashed',
  'error',
  'unknown',
] as const;
export type VmState = (typeof VM_STATES)[number];

/** What went wrong with one object. The object stays in the list with its last known values. */
export interface Trouble {
  readonly message: string;
  /** Epoch, ms. */
  readonly since: number;
}

/** Immutable: a change is a new object. Names and words come from hosts and are hostile; the screen cleans them. */
export interface Vm {
  readonly id: VmId;
  readonly name: string;
  /** The platform's own identity of the machine; marks, history and open consoles hang on it across a migration. */
  readonly uuid: string;
  /**
   * Tells this machine from another one that gets the same id later (Proxmox hands out freed VMIDs again): uuid and time of
   * creation, as far as the platform has read them. Undefined where an id is never used again, or not read yet.
   */
  readonly identity?: string;
  /** Undefined for a VM that is on no node now (stopped in a cloud): it hangs under `pool`. */
  readonly node: NodeId | undefined;
  readonly pool: PoolId | undefined;
  readonly state: VmState;
  /** The platform's own word for it. */
  readonly rawState: string;
  readonly cpus: number;
  readonly memory: Bytes;
  readonly ips: readonly string[];
  readonly autostart: boolean | undefined;
  readonly plan: string | undefined;
  readonly profile: string | undefined;
  readonly image: string | undefined;
  readonly tags: readonly string[];
  /** Epoch, ms: when the machine was powered on last, where the platform's inventory has it. Undefined while it is off. */
  readonly bootedAt?: number;
  /** Why an operation is not possible for this very object (a locked server, a template): operation -> sentence. */
  readonly refuses?: Readonly<Partial<Record<OperationName, string>>>;
  readonly trouble?: Trouble;
}

export type NodeState = 'up' | 'down' | 'maintenance' | 'unknown';

export interface Node {
  readonly id: NodeId;
  readonly name: string;
  /** The pool that the platform reports; the user's own pools are drover's business. */
  readonly pool: PoolId | undefined;
  readonly state: NodeState;
  readonly address: string | undefined;
  /** NaN where nobody is told, as of a zone of a cloud; memory likewise. */
  readonly cpus: number;
  readonly memory: Bytes;
  /** What runs the VMs, with its version: `QEMU 7.2.22, libvirt 9.0.0`. */
  readonly version: string;
  readonly trouble?: Trouble;
}

/** A group of nodes that the platform itself knows: cluster, region, datacenter. */
export interface Pool {
  readonly id: PoolId;
  readonly name: string;
  readonly parent: PoolId | undefined;
}

// ---------------------------------------------------------------------------------------------- reading

export interface Inventory {
  readonly pools: readonly Pool[];
  readonly nodes: readonly Node[];
  readonly vms: readonly Vm[];
}

export type Change =
  | { readonly kind: 'vm-upsert'; readonly vm: Vm }
  | { readonly kind: 'vm-remove'; readonly id: VmId }
  | { readonly kind: 'node-upsert'; readonly node: Node }
  | { readonly kind: 'node-remove'; readonly id: NodeId }
  | { readonly kind: 'pool-upsert'; readonly pool: Pool }
  | { readonly kind: 'pool-remove'; readonly id: PoolId };

/**
 * One instant of many VMs, as columns: row i of every column belongs to ids[i]. NaN = unknown, never 0.
 * The columns are the platform's again when the sink returns; it may write into them at the next tick.
 * `ids` should be the same array from block to block while the VMs are the same: the store remembers where they go.
 */
export interface SampleBlock {
  /** Epoch, ms. */
  readonly at: number;
  /** The time that rates are averaged over. */
  readonly windowMs: number;
  readonly ids: readonly VmId[];
  /** 0..1 of the VM's own vCPUs. */
  readonly cpu: Float32Array;
  /** Bytes in use inside the guest; NaN where the guest does not tell. */
  readonly memory: Float64Array;
  /** Bytes per second. */
  readonly diskRead: Float32Array;
  readonly diskWrite: Float32Array;
  readonly netRx: Float32Array;
  readonly netTx: Float32Array;
}

export interface NodeSample {
  readonly node: NodeId;
  readonly at: number;
  /** Share of all CPUs of the node; NaN = unknown. */
  readonly cpu: number;
  /** Bytes in use, caches not counted; NaN = unknown. */
  readonly memory: number;
}

/** Something that happened at the platform, for people to read. */
export interface PlatformEvent {
  readonly at: number;
  readonly subject: VmId | NodeId | undefined;
  /** Sentence case, without the subject's name: `Started (booted)`. */
  readonly text: string;
}

/** How far something is that the platform does by itself after it was accepted, and how it ended. */
export interface PlatformTask {
  /** What `Accepted.task` named. */
  readonly task: string;
  readonly subject: VmId | NodeId | undefined;
  readonly state: 'running' | 'done' | 'failed';
  /** 0..1; NaN where the platform does not say. */
  readonly share: number;
  /** Of a failed one: why, in the platform's words. Otherwise what it does, for people to read. */
  readonly text: string;
}

/** What `watch()` tells. The first feed of every watch is an inventory: what is not in it is gone. */
export type Feed =
  | { readonly kind: 'inventory'; readonly at: number; readonly inventory: Inventory }
  | { readonly kind: 'changes'; readonly at: number; readonly changes: readonly Change[] }
  | { readonly kind: 'samples'; readonly block: SampleBlock }
  | { readonly kind: 'node-samples'; readonly samples: readonly NodeSample[] }
  | { readonly kind: 'events'; readonly events: readonly PlatformEvent[] }
  /** A task that fails after it was accepted is told here, and only here. */
  | { readonly kind: 'tasks'; readonly tasks: readonly PlatformTask[] }
  /**
   * Once per watch: everything that the inventory had left open has come. A platform that sends rows first and their
   * addresses, plans and images a moment later says so here; a command line prints no list before it.
   */
  | { readonly kind: 'complete'; readonly at: number }
  /** The other side answered and nothing was new. One feed of any kind must come per `everyMs`, or rows go stale. */
  | { readonly kind: 'alive'; readonly at: number };

export type Sink = (feed: Feed) => void;

/** What people look at now: samples for these come first and often, the rest rarely. Asked anew at each tick. */
export type Interest = () => readonly VmId[];

export interface WatchOptions {
  readonly sink: Sink;
  readonly signal: AbortSignal;
  readonly interest: Interest;
  /** How often samples should come. The session changes it with the link and the focus: ask at each tick. */
  readonly everyMs: () => number;
}

// ---------------------------------------------------------------------------------------------- operations

export interface Warning {
  readonly feature: string;
  readonly detail: string;
}

/** The other side has accepted. `task` is the platform's own name of what it does now. */
export interface Accepted {
  readonly task?: string;
  /** Done, but. */
  readonly warnings: readonly Warning[];
  /** How long it may take here until the outcome is seen, where that is longer than usual: the platform's own time-out. */
  readonly takesUpToMs?: number;
  /** Nothing was sent, since nothing is to be changed in this run. Set by the dry-run wrapper, never by a platform. */
  readonly dryRun?: true;
  /** Done, but this was to be deleted and is still there. A command that gets any ends with exit code 1. */
  readonly kept?: readonly Kept[];
}

/** A file or volume that was to be deleted and stays, since the platform can't rule out that another VM needs it. */
export interface Kept {
  readonly path: string;
  readonly why: string;
}

export type StopHow = 'graceful' | 'force';

export interface DeleteOptions {
  readonly keepDisks: boolean;
  /** Delete the snapshots too; without it a VM that has some is refused. */
  readonly snapshots: boolean;
  /** Paths from `Losses.unknown` that are deleted all the same. One that another VM is known to use stays whatever this says. */
  readonly deleteUnknown?: readonly string[];
}

/** What deleting a VM destroys, by path, and what stays. Shown before anybody is asked. */
export interface Losses {
  readonly goes: readonly string[];
  /** With the reason: `/iso/debian.iso (read-only)`. */
  readonly stays: readonly string[];
  readonly snapshots: readonly string[];
  /** Files that stay unless `deleteUnknown` names them: whether another VM needs them can't be decided, and why. */
  readonly unknown?: readonly Kept[];
  /** Of a suspended VM: what it had in memory goes with it, also when its disks are kept. */
  readonly savedMemory?: true;
  /** Why disks can't be kept here, where they can't: `keepDisks` is then refused before anything is sent. */
  readonly disksGo?: string;
}

export interface Disk {
  /** As the guest or the platform's own tools call it: `vda`, `scsi0`, `Hard disk 1`. */
  readonly device: string;
  /** File, block device or volume. */
  readonly path: string;
  /** What the guest sees; undefined where it is not known. */
  readonly size: Bytes | undefined;
  readonly type: 'disk' | 'cdrom' | 'floppy' | 'lun';
  /** Of the image: `qcow2`, `raw`, `vmdk`; undefined where the platform keeps it to itself. */
  readonly format: string | undefined;
  /** How it is attached: `virtio`, `scsi`, `sata`, `nvme`; undefined where the platform decides. */
  readonly bus: string | undefined;
  /** The kind of storage, in the platform's words: `gp3`, `volume`, `thin`. */
  readonly storage: string | undefined;
  readonly readOnly: boolean;
  /** Several VMs may write to it at the same time; undefined where the platform doesn't say. */
  readonly shareable: boolean | undefined;
}

export interface Nic {
  /** `eth0`, `net0`, `Network adapter 1`. */
  readonly device: string;
  readonly mac: string;
  /** Network, bridge or subnet that it is connected to. */
  readonly net: string;
  readonly vlan?: number;
  /** What the guest sees, `virtio`, `vmxnet3`; or how it is connected, where only that is known. */
  readonly type: string | undefined;
  /** Addresses that the platform gave to it. */
  readonly ips?: readonly string[];
}

export interface Snapshot {
  /** The platform's own; the name where names are unique within a VM. */
  readonly id: string;
  readonly name: string;
  /** The id of the snapshot before it; undefined for the first. */
  readonly parent: string | undefined;
  /** Epoch, ms. */
  readonly created: number | undefined;
  /** The VM's disks continue from this one. */
  readonly current: boolean;
  /** It holds the memory of the running VM too; undefined where the platform doesn't say. */
  readonly memory: boolean | undefined;
  /** Its disks are files of their own, outside of the image. */
  readonly external: boolean | undefined;
  readonly description: string | undefined;
}

/** What the row of a VM does not have. `more` is what only this platform has, as text for people. */
export interface VmInfo {
  /** Read with the rest: that of the row may be an interval older. */
  readonly state: VmState;
  readonly disks: readonly Disk[];
  readonly nics: readonly Nic[];
  readonly snapshots: readonly Snapshot[];
  /** Epoch, ms: when the VM was made. */
  readonly created: number | undefined;
  /** Epoch, ms: since when it runs. Missing for one that is off, and where the platform doesn't say. */
  readonly started?: number;
  readonly description: string | undefined;
  /** What memory and vCPUs can grow to without a change of the machine, where that is not what it has. */
  readonly maxMemory?: Bytes;
  readonly maxCpus?: number;
  /** Values of the row that were read with it, where the watch reads them later or in less detail. */
  readonly row?: Partial<Pick<Vm, 'cpus' | 'memory' | 'ips' | 'autostart' | 'plan' | 'profile' | 'image'>>;
  readonly more: readonly (readonly [label: string, value: string])[];
}

/** What programs read of a node beside its row; a key is missing where the platform doesn't say. */
export interface NodeFacts {
  /** `Debian GNU/Linux 12 (bookworm)`. */
  readonly os?: string;
  readonly kernel?: string;
  readonly architecture?: string;
  readonly cpuModel?: string;
  /** Of the whole node. */
  readonly sockets?: number;
  readonly cores?: number;
  readonly threads?: number;
  readonly mhz?: number;
  readonly memoryUsed?: Bytes;
  /** Epoch, ms. */
  readonly started?: number;
  readonly addresses?: readonly { readonly device: string; readonly address: string }[];
  readonly networks?: readonly string[];
  readonly storage?: readonly NodeStorage[];
}

export interface NodeStorage {
  /** Mount point of a file system, or name of a storage pool. */
  readonly name: string;
  readonly kind: 'filesystem' | 'pool';
  readonly size: Bytes | undefined;
  readonly free: Bytes | undefined;
}

export interface NodeInfo {
  readonly facts: NodeFacts;
  /** The same and more for people, F-040: (section, label, value), in the order to show. */
  readonly lines: readonly (readonly [section: string, label: string, value: string])[];
}

export type SettingValue = string | number | boolean;
/** Field key -> value; sizes in bytes. */
export type Settings = Readonly<Record<string, SettingValue>>;

/** Where a change of settings goes: what is saved for the next start, or what runs now (and is saved as well). */
export type SettingsTarget = 'config' | 'running';

/** Who stands behind an id now, read from the other side. */
export interface VmIdentity {
  readonly name: string;
  readonly identity: string;
}

export interface VmOps {
  info(id: VmId, signal: AbortSignal): Promise<VmInfo>;
  /**
   * Only where ids are used again: read before each mutator that a user has confirmed, and compared with what was
   * confirmed. Rejects with vm.not-found.
   */
  identity?(id: VmId, signal: AbortSignal): Promise<VmIdentity>;
  /** A paused VM is resumed. One that runs already is accepted with a warning. */
  start(id: VmId, signal: AbortSignal): Promise<Accepted>;
  /** `graceful` asks the guest and resolves when it was asked; `force` cuts the power. Off already: accepted with a warning. */
  stop(id: VmId, how: StopHow, signal: AbortSignal): Promise<Accepted>;
  /** `graceful` asks the guest to reboot, `force` resets it. */
  restart?(id: VmId, how: StopHow, signal: AbortSignal): Promise<Accepted>;
  pause?(id: VmId, signal: AbortSignal): Promise<Accepted>;
  /** A paused VM goes on, a suspended one is woken up. */
  resume?(id: VmId, signal: AbortSignal): Promise<Accepted>;
  /** Memory is written to disk and the VM leaves its node, to go on where it was: state `suspended`. `start` wakes it too. */
  suspend?(id: VmId, signal: AbortSignal): Promise<Accepted>;
  losses?(id: VmId, signal: AbortSignal): Promise<Losses>;
  /** A running VM is refused with op.conflict: stopping is another decision. */
  delete?(id: VmId, options: DeleteOptions, signal: AbortSignal): Promise<Accepted>;
  /** Values of the manifest's settings fields, as they are for this target. */
  settings?(id: VmId, target: SettingsTarget, signal: AbortSignal): Promise<Settings>;
  /**
   * The only edit of a VM's settings. `changes` has only what changed; `basedOn` what the form had been filled with,
   * for the same keys: a value that is different by now is an op.conflict that names it.
   */
  configure?(
    id: VmId,
    target: SettingsTarget,
    changes: Settings,
    basedOn: Settings,
    signal: AbortSignal,
  ): Promise<Accepted>;
}

export interface ConsoleSize {
  readonly columns: number;
  readonly rows: number;
}

/** Something to type into: either bytes both ways, or a command that takes over the terminal. */
export type Attachment =
  | { readonly kind: 'stream'; readonly stream: Duplex; readonly resize?: (size: ConsoleSize) => void }
  | { readonly kind: 'command'; readonly argv: readonly [string, ...string[]] };

/** What a console has written, as far as the platform kept it. Hostile: the screen cleans it. */
export interface ConsoleOutput {
  readonly text: string;
  /** Epoch, ms: when the platform took it; undefined = now. */
  readonly at: number | undefined;
}

export interface ConsoleOps {
  /** `force` takes the console over from whoever has it; without it a console in use is an op.conflict. */
  serial?(id: VmId, options: { readonly force: boolean }, signal: AbortSignal): Promise<Attachment>;
  /** What was written to the serial console so far, to be read only. */
  output?(id: VmId, signal: AbortSignal): Promise<ConsoleOutput>;
}

export interface NodeOps {
  info?(id: NodeId, signal: AbortSignal): Promise<NodeInfo>;
  /** A login shell on the node. */
  shell?(id: NodeId, size: ConsoleSize, signal: AbortSignal): Promise<Attachment>;
}

/** What an operation does to the world decides what a wrapper may do with it. */
export interface Operation {
  readonly kind: 'reads' | 'mutates' | 'streams';
  /** For the answer of the other side; how long the outcome may take is the action's business. */
  readonly deadlineMs: number;
}

/** Every operation once. Wrappers walk this table, so that none can be forgotten. */
export const operations = {
  'vm.info': { kind: 'reads', deadlineMs: 10_000 },
  'vm.identity': { kind: 'reads', deadlineMs: 10_000 },
  'vm.start': { kind: 'mutates', deadlineMs: 60_000 },
  'vm.stop': { kind: 'mutates', deadlineMs: 40_000 },
  'vm.restart': { kind: 'mutates', deadlineMs: 40_000 },
  'vm.pause': { kind: 'mutates', deadlineMs: 40_000 },
  'vm.resume': { kind: 'mutates', deadlineMs: 40_000 },
  // where there are no tasks, it is answered when all is written
  'vm.suspend': { kind: 'mutates', deadlineMs: 600_000 },
  'vm.losses': { kind: 'reads', deadlineMs: 15_000 },
  'vm.delete': { kind: 'mutates', deadlineMs: 60_000 },
  'vm.settings': { kind: 'reads', deadlineMs: 10_000 },
  'vm.configure': { kind: 'mutates', deadlineMs: 60_000 },
  'console.serial': { kind: 'streams', deadlineMs: 15_000 },
  'console.output': { kind: 'reads', deadlineMs: 15_000 },
  'node.info': { kind: 'reads', deadlineMs: 15_000 },
  'node.shell': { kind: 'streams', deadlineMs: 15_000 },
} as const satisfies Record<string, Operation>;
export type OperationName = keyof typeof operations;

export interface Connection {
  readonly vm: VmOps;
  readonly console: ConsoleOps;
  readonly node: NodeOps;
  /** Why an operation of this endpoint is missing: a sentence for the palette. */
  readonly whyNot: Readonly<Partial<Record<OperationName, string>>>;
  /** Ends (resolves) when the signal aborts; throws when the link drops. The session connects anew, with back-off. */
  watch(options: WatchOptions): Promise<void>;
  /** Always safe, also twice; never throws. */
  close(): Promise<void>;
}

// ---------------------------------------------------------------------------------------------- fields

export type FieldKind = 'text' | 'count' | 'bytes' | 'choice' | 'flag' | 'path';

/** One thing that people fill in. Forms, CLI flags, YAML checks, docs and redaction are all read from this. */
export interface Field {
  readonly key: string;
  readonly label: string;
  /** The first line is one sentence with a full stop; form, --help and docs print the same words. */
  readonly help: string;
  readonly kind: FieldKind;
  readonly required?: boolean;
  readonly default?: SettingValue;
  /** Limits of count and bytes (in bytes). */
  readonly min?: number;
  readonly max?: number;
  readonly options?: readonly string[];
  /** Of a text: what it must match, with the sentence for when it does not. */
  readonly pattern?: { readonly source: string; readonly complaint: string };
  readonly advanced?: boolean;
  /** May be given several times on the command line; its values are kept in order, as text. */
  readonly repeatable?: boolean;
  /** Never shown, logged or printed. A secret may be a reference: env:NAME, file:PATH, cmd:COMMAND. */
  readonly sensitive?: boolean;
  /** The environment variable that users of this platform already set. */
  readonly env?: string;
  readonly examples?: readonly string[];
}

/** Asked when an endpoint is made. */
export interface EndpointField extends Field {
  /** Can't be changed once the endpoint exists, since ids hang on it. */
  readonly fixed?: boolean;
  /** Says where the endpoint points: lists show these, in this order, as its address. */
  readonly place?: boolean;
  /** Shown only while another field has one of these values: TLS files for the tls transport. */
  readonly when?: { readonly key: string; readonly is: readonly string[] };
}

/** ConVirt's four dialogs, F-071 ff. */
export type SettingsMode = 'edit-config' | 'edit-running' | 'edit-image' | 'provision';

export interface SettingsField extends Field {
  readonly in: Readonly<Partial<Record<SettingsMode, 'read' | 'write'>>>;
  readonly takesEffect?: 'now' | 'restart' | 'recreate';
}

// ---------------------------------------------------------------------------------------------- platform

/** Always loaded, so it imports nothing heavy. */
export interface Manifest {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly tier: 'core' | 'preview' | 'demo';
  readonly endpoint: readonly EndpointField[];
  readonly settings: readonly SettingsField[];
  /** How often samples come unless the endpoint says otherwise. */
  readonly everyMs: number;
  /** npm packages that must be installed beside drover, for platforms whose SDK is heavy. */
  readonly needs?: readonly string[];
}

/** One configured address: its fields are filled in and its secrets looked up. */
export interface Endpoint {
  readonly name: EndpointName;
  readonly platform: string;
  readonly values: Settings;
}

/** One line of what was really sent, and what came back, for the wire log. Secrets are redacted by who writes it. */
export interface WireLine {
  readonly at: number;
  readonly endpoint: EndpointName;
  readonly channel: string;
  /** RPC name with arguments, command line, HTTP request. */
  readonly text: string;
  readonly tookMs: number;
  readonly bytes: number;
  readonly failed?: string;
}

export interface HostKey {
  readonly host: string;
  readonly port: number;
  readonly type: string;
  /** `SHA256:…` as OpenSSH prints it. */
  readonly fingerprint: string;
}

/** Who can be asked while a connection is made. Absent when nobody sits there: the answer is then no. */
export interface Ask {
  /** A key that no known_hosts file has. A changed key is never asked about. */
  trust?(key: HostKey): Promise<boolean>;
  /** Undefined = given up. Asked once, never again for a wrong answer. */
  secret?(prompt: string): Promise<string | undefined>;
}

export interface Context {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly wire: (line: WireLine) => void;
  readonly ask: Ask;
}

export interface Detected {
  /** A name for the endpoint, to be changed by the user. */
  readonly name: string;
  readonly why: string;
  readonly values: Settings;
}

/** One prerequisite: what was looked at, whether it is so, and what to do if not. */
export interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
  /** Of what went wrong, where an error said it. */
  readonly code?: ErrorCode;
}

export interface Platform {
  /** Rejects with a FleetError; nothing is left open then. */
  connect(endpoint: Endpoint, context: Context): Promise<Connection>;
  /** What of this kind is at hand on this machine, F-031. Looks only, never connects to another host. */
  detect?(context: Context): Promise<readonly Detected[]>;
  /** Everything from the name of the host to the right to manage it, in order, up to the first that fails. */
  test(endpoint: Endpoint, context: Context): Promise<readonly Check[]>;
}
