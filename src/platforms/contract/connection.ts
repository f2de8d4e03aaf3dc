import type { WatchOptions } from './feed.ts';
import type { Absences, Groups } from './operations.ts';
import type { VmOps } from './vm.ts';

/** The live link to an endpoint. Every endpoint has VMs; a group that it lacks is missing. */
export interface Connection extends Partial<Groups> {
  readonly vm: VmOps;
  readonly whyNot: Absences;
  /** Ends (resolves) when the signal aborts; throws when the link drops. The session reconnects, with back-off. */
  watch(options: WatchOptions): Promise<void>;
  /** Always safe, also twice; never throws. */
  close(): Promise<void>;
}
