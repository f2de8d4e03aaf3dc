/** What an object has beside its row, read when a user looks. */
import type { Bytes } from '../../units.ts';
import type { Disk, Nic } from './devices.ts';
import type { Snapshot, Vm, VmState } from './objects.ts';

/** An address of a VM, and who says that it has it: the agent inside, a DHCP server, the host's table of neighbours, or its settings. */
export interface VmAddress {
  readonly address: string;
  readonly source: 'agent' | 'lease' | 'arp' | 'static';
  readonly mac?: string;
  /** How many of its bits are those of its network. */
  readonly prefix?: number;
}

/** What only this platform has, as text for people. Those of one section stand together, behind those without one. */
export type MoreLine = readonly [label: string, value: string, section?: string];

/** What the row of a VM does not have. */
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
  /** Who logs in, where that was written down when it was made. */
  readonly user?: string;
  /** What memory and vCPUs can grow to without a change of the machine, where that is not what it has. */
  readonly maxMemory?: Bytes;
  readonly maxCpus?: number;
  /** Values of the row that were read with it, where the watch reads them later or in less detail. */
  readonly row?: Partial<
    Pick<Vm, 'cpus' | 'memory' | 'ips' | 'autostart' | 'plan' | 'profile' | 'image' | 'pending' | 'diskCount'>
  >;
  /** The same addresses as in the row, the preferred one first, where it is known where they come from. */
  readonly addresses?: readonly VmAddress[];
  readonly more: readonly MoreLine[];
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
  /** The bridge behind which the network of the node is: VMs that are to be in it are plugged into this one. */
  readonly defaultBridge?: string;
  readonly storage?: readonly NodeStorage[];
}

export interface NodeStorage {
  /** Mount point of a file system, or name of a storage pool. */
  readonly name: string;
  readonly kind: 'filesystem' | 'pool';
  readonly size: Bytes | undefined;
  readonly free: Bytes | undefined;
}

/** A device of a node: a disk, a card in its PCI or USB. */
export interface NodeDevice {
  /** As its platform calls it: `pci_0000_00_1f_2`. */
  readonly name: string;
  /** `pci`, `usb_device`, `net`, `storage`, in the platform's own words. */
  readonly type: string;
  /** Vendor and product, as far as they are known. */
  readonly description: string;
  readonly driver?: string;
}

export interface NodeBridge {
  readonly name: string;
  readonly addresses: readonly string[];
  /** What is plugged into it: NICs of the node, taps of VMs. */
  readonly ports: readonly string[];
  readonly active: boolean | undefined;
}

export interface NodeMount {
  readonly path: string;
  readonly device: string;
  readonly type: string | undefined;
  readonly size: Bytes;
  readonly free: Bytes;
}

export interface NodeInfo {
  readonly facts: NodeFacts;
  /** What the node has of these, where the platform can say: an empty list is none. */
  readonly devices?: readonly NodeDevice[];
  readonly bridges?: readonly NodeBridge[];
  readonly mounts?: readonly NodeMount[];
  /** The same and more for people, F-040: (section, label, value), in the order to show. */
  readonly lines: readonly (readonly [section: string, label: string, value: string])[];
}
