/** What an object has beside its row, read when a user looks. */
import type { Bytes } from '../../units.ts';
import type { Snapshot, Vm, VmState } from './objects.ts';

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
