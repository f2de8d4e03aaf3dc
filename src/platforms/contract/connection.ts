import type { Id } from '../../ids.ts';
import type { WatchOptions } from './feed.ts';
import type { Absences, Groups, OperationName } from './operations.ts';
import type { VmOps } from './vm.ts';

/** The live link to an endpoint. Every endpoint has VMs; a group that it lacks is missing. */
export interface Connection extends Partial<Groups> {
  readonly vm: VmOps;
  readonly whyNot: Absences;
  /** Nothing may be changed in this run, also by ways that are not operations. Set by the dry-run wrapper, never by a platform. */
  readonly dryRun?: true;
  /**
   * Why this login may not do this to this object, as a sentence; undefined when it may, or when that is not known. Cheap: from
   * what was read at the login. Absent where a platform can't say rights beforehand.
   */
  right?(operation: OperationName, id: Id): string | undefined;
  /** Ends (resolves) when the signal aborts; throws when the link drops. The session reconnects, with back-off. */
  watch(options: WatchOptions): Promise<void>;
  /** Always safe, also twice; never throws. */
  close(): Promise<void>;
}
