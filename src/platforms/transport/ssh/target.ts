import type { Ask } from '../../contract.ts';
import type { Patience } from '../deadline.ts';
import type { SshConfigSource } from './settings.ts';

export interface SshTarget {
  /** For sentences with the next step. */
  readonly endpoint: string;
  /** A name, an address, or a `Host` of ~/.ssh/config. */
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly keyFile?: string | undefined;
  /** PEM of a key that was made for this login alone: nothing else is tried. */
  readonly privateKey?: string | undefined;
  readonly password?: string | undefined;
  /** Instead of the user's known_hosts files. */
  readonly knownHostsFile?: string | undefined;
}

export interface SshOptions extends Patience {
  readonly ask: Ask;
  /** Whose SSH configuration; the user's own if it is not said. */
  readonly source?: SshConfigSource;
}
