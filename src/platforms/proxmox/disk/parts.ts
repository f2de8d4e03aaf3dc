/** What the operations on disks and NICs need. */
import type { VmId } from '../../../ids.ts';
import type { VmInfo } from '../../contract.ts';
import type { ListContext } from '../catalog.ts';
import type { GuestCalls } from '../guest-call.ts';

export interface Parts {
  readonly calls: GuestCalls;
  readonly lists: ListContext;
  readonly info: (id: VmId, signal: AbortSignal) => Promise<VmInfo>;
}
