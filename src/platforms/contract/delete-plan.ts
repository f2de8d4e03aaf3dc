/** What is lost by an operation that destroys, read from the platform and shown before the user is asked. */
import type { Kept } from './accepted.ts';

/** Of an object of any kind: what is destroyed with it, and what stays. */
export interface LossPlan {
  /** By path, or in words: `/srv/vms/web1.qcow2`, `the memory of before-upgrade`. */
  readonly goes: readonly string[];
  /** With the reason: `/iso/debian.iso (read-only)`. */
  readonly stays: readonly string[];
  /** Why it would be refused as things are, with what to do first: nothing is asked or sent then. */
  readonly refused?: string;
}

/** What deleting a VM destroys, by path, and what stays. */
export interface DeletePlan extends LossPlan {
  readonly snapshots?: readonly string[];
  /** Files that stay unless `deleteUnknown` names them: whether another VM needs them can't be decided, and why. */
  readonly unknown?: readonly Kept[];
  /** Of a suspended VM: what it had in memory goes with it, also when its disks are kept. */
  readonly savedMemory?: true;
  /** Why disks can't be kept here, where they can't: `keepDisks` is then refused before anything is sent. */
  readonly keepDisksRefused?: string;
}
