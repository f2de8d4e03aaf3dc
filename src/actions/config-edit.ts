import type { Fleet } from '../state/fleet/fleet.ts';

/** Who makes a change of the configuration, when, and to what it is done. */
export interface ConfigEdit {
  /** `anna@desk`. */
  readonly by: string;
  /** Epoch, ms. */
  readonly at: number;
  readonly fleet: Fleet;
}
