/**
 * What a platform brings so that the contract suite (test/contract/) can be run against a server of its kind.
 * `src/platforms/<name>/testkit.ts` exports one as `testkit`; the suite finds it by its place.
 */
import type { Clock } from '../clock.ts';
import type { VmId } from '../ids.ts';
import {
  type Endpoint,
  type ImageSpec,
  type ListedKind,
  type NetworkSpec,
  type ObjectOf,
  type OperationName,
  operations,
  partsOf,
  type Settings,
  type SettingsTarget,
  type StorageSpec,
  type VolumeSpec,
} from './contract.ts';

const operationNames = Object.keys(operations) as readonly OperationName[];

/** How this platform behaves, for tests that must wait or choose: facts, never names of tests. */
export interface PlatformFacts {
  /** Exactly the operations that a connection to the test server has. Of each other one it says in `whyNot` why it has not. */
  readonly operations: readonly OperationName[];
  /** Whether the server wants a login; `TestServer.wrongLogin` is then one that it must refuse. */
  readonly login: boolean;
  /** Whether a VM can be deleted without the disks of `doomedVm()`; otherwise that is refused as op.unsupported. */
  readonly keepsDisks: boolean;
  /** Changes come by themselves; otherwise they are seen at the next poll. */
  readonly pushesEvents: boolean;
  /** Until a VM that was started shows as running, at most. */
  readonly startTakesMs: number;
  /** Until a VM that was stopped shows as stopped, at most, whichever way it was asked. */
  readonly stopTakesMs: number;
  /** Whether the guests of the test server obey a graceful stop and restart. */
  readonly guestsAnswer: boolean;
  /** Which samples arrive for a running VM; memory and rates may need an agent or a real guest. */
  readonly samples: readonly ('cpu' | 'memory' | 'disk' | 'net')[];
  /** Absent where there are none. */
  readonly snapshots?: {
    /** Until one that was taken or deleted shows in the list, at most. */
    readonly takeMs: number;
    /** Whether the test server keeps the memory of a running VM in one. */
    readonly memory: boolean;
    /** Whether a VM can be put back to another one than the newest; some storages can't. */
    readonly revertsToOlder: boolean;
  };
  /** Of each kind that is listed for an endpoint: one that the test server has, as far as it must be told. */
  readonly listed?: { readonly [K in Exclude<ListedKind, 'snapshot'>]?: Partial<ObjectOf<K>> };
  /** Of each kind that can be made and deleted: one that the test server has not. */
  readonly makes?: {
    readonly storage?: StorageSpec;
    readonly volume?: VolumeSpec;
    readonly network?: NetworkSpec;
    readonly image?: ImageSpec;
  };
  /** Until one that was made or deleted shows in its list, at most. */
  readonly listedTakesMs?: number;
  /** Settings that the VMs of the test server can take, all at once, and that differ from what they have. */
  readonly changes: Readonly<Record<SettingsTarget, Settings>>;
  /** What a serial console shows after Enter was pressed; undefined when the guests have none. */
  readonly prompt: RegExp | undefined;
}

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
export const LISTED_OPERATIONS = operationNames.filter((name) =>
  ['storage', 'volume', 'network', 'image', 'flavor'].includes(partsOf(name)[0]),
);

/** A private server with VMs that tests may start, stop, change and delete. */
export interface TestServer {
  readonly endpoint: Endpoint;
  /** The same server with a login that it must refuse; undefined when anybody may come in. */
  readonly wrongLogin: Endpoint | undefined;
  /** The time that the server lives in: the system's, unless it is a simulation. */
  readonly clock: Clock;
  /** A VM that is stopped now; brings it there when an earlier test left it otherwise. */
  stoppedVm(): Promise<VmId>;
  /** A VM that runs now, likewise, and never the one of `stoppedVm()`. */
  runningVm(): Promise<VmId>;
  /** A stopped VM with a writable disk, without snapshots, made to be deleted: another one at each call. */
  doomedVm(): Promise<VmId>;
  /** Whether there is a disk at this path, asked past drover. */
  hasDisk(path: string): Promise<boolean>;
  /** From now on nothing gets through, in either direction; what is connected notices. */
  cutLink(): Promise<void>;
  mendLink(): Promise<void>;
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

/** Of a platform that speaks HTTP: all that a proxy must know which stands before its test server and breaks things. */
export interface HttpFacts {
  /** Where the server of this endpoint listens: `http://127.0.0.1:8006`. */
  origin(endpoint: Endpoint): string;
  /** The same endpoint, reached by plain HTTP at another place. */
  proxied(endpoint: Endpoint, origin: string): Endpoint;
  /** Whether a request is (one of) those that log in, list the VMs, read one VM for `vm.info`, or start one. */
  is(purpose: 'login' | 'inventory' | 'info' | 'start', request: SeenRequest): boolean;
  readonly refusals: {
    /** The session or ticket is no longer known. */
    readonly loggedOut: HttpRefusal;
    /** To a start; `names` is the missing right, as the user must read it. */
    readonly forbidden: HttpRefusal & { readonly names: RegExp };
    /** To a read of a VM that is gone. */
    readonly gone: HttpRefusal;
    /** To a start of a VM that is busy with something else. */
    readonly conflict: HttpRefusal;
  };
  /** What looks like an answer and can't be read. */
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
  /** Undefined when `start()` can work here, else the sentence that says what is missing. */
  available(): Promise<string | undefined>;
  start(): Promise<TestServer>;
}
