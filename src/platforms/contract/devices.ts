/** What a VM is made of. */
import type { Bytes } from '../../units.ts';

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
  /** Its place among what the VM starts from, 1 is tried first; undefined where the platform doesn't say. */
  readonly bootOrder?: number;
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
  /** Addresses that the platform gave to it, or knows that it has. */
  readonly ips?: readonly string[];
  /** Of the first of them: `255.255.255.0`, or the length of the prefix of IPv6. */
  readonly mask?: string;
  /** By which its packets leave the network, where the platform says so. */
  readonly gateway?: string;
}
