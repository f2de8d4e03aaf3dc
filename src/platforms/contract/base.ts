/** What objects of all kinds have. */
import type { Id, Kind } from '../../ids.ts';

/** What went wrong with one object. The object stays in the list with its last known values. */
export interface Trouble {
  readonly message: string;
  /** Epoch, ms. */
  readonly since: number;
}

/**
 * What every object has, of whatever kind. What it hangs under is its own: a VM's node and pool come with its row, and what
 * is under a VM carries its VM in its id.
 */
export interface Listed<K extends Kind> {
  readonly id: Id<K>;
  readonly name: string;
  /**
   * Tells this object from another one that gets the same id later (Proxmox hands out freed VMIDs again, a snapshot's id is
   * its name): uuid or time of creation, as far as the platform has read them. Undefined where an id is never used again, or
   * not read yet.
   */
  readonly identity?: string;
  /**
   * Why an operation is not possible for this very object (a locked server, a template): name of the operation -> sentence.
   * Read by `disabledReason` alone, which knows the names.
   */
  readonly disabled?: Readonly<Record<string, string>>;
  readonly trouble?: Trouble;
  /** It stands for objects that could not be read, as its trouble says: one that is not listed may be there all the same. */
  readonly unread?: true;
}
