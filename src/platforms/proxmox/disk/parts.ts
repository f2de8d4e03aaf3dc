/** What the operations on disks and NICs need. */
import type { VmOps } from '../../contract.ts';
import type { ListContext } from '../catalog.ts';
import type { GuestCalls } from '../guest-call.ts';

export interface Parts {
  readonly calls: GuestCalls;
  readonly lists: ListContext;
  readonly info: VmOps['info'];
}
