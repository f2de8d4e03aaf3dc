/** What every mutator answers. */
export interface Warning {
  readonly feature: string;
  readonly detail: string;
}

/** The other side has accepted. `task` is the platform's own name of what it does now. */
export interface Accepted {
  readonly task?: string;
  /** Done, but. */
  readonly warnings: readonly Warning[];
  /** How long it may take here until the outcome is seen, where that is longer than usual: the platform's own time-out. */
  readonly takesUpToMs?: number;
  /** What the user asked for, in one line: the address that was given, a link to a file. */
  readonly answer?: string;
  /** Nothing was sent, since nothing is to be changed in this run. Set by the dry-run wrapper, never by a platform. */
  readonly dryRun?: true;
  /** Done, but this was to be deleted and is still there. A command that gets any ends with exit code 1. */
  readonly kept?: readonly Kept[];
}

/** A file or volume that was to be deleted and stays, since the platform can't rule out that another VM needs it. */
export interface Kept {
  readonly path: string;
  readonly why: string;
}
