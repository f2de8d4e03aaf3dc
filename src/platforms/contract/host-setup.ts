/** A host that is made ready to run VMs, F-226: what it has, what it lacks, and the commands that bring it. */
import type { RunHow } from './node.ts';

/** One thing that was looked for on a host. */
export interface HostPart {
  /** `libvirt daemon`. */
  readonly part: string;
  /** What there is, in a few words; `-` where that is not known. From the host, so it is hostile. */
  readonly found: string;
  /** What it is needed for. */
  readonly neededFor: string;
  readonly state: 'fine' | 'missing' | 'unknown';
  /** VMs run without it: only some of them need it, or run slower. */
  readonly isOptional: boolean;
  /** What a user can do where no step does it. */
  readonly fix?: string;
}

/** One command that makes a host ready. */
export interface HostStep {
  /** What it does: `installs swtpm`. */
  readonly does: string;
  /** For a shell of the host, with `sudo -n` where that is needed. */
  readonly command: string;
  /** How long it may take. */
  readonly limitMs: number;
  /** Where it fails, the steps behind it are run nevertheless. */
  readonly isOptional?: boolean;
  /** Exit codes beside 0 of one that has done what it should. */
  readonly alsoDone?: readonly number[];
}

export interface HostSurvey {
  readonly parts: readonly HostPart[];
  /** In their order. What depends on an earlier one is missing here, and comes with the next look. */
  readonly steps: readonly HostStep[];
  /** The command that shows whether steps may become root; undefined where the login is root. */
  readonly tryRoot?: string;
}

/** A login to a host, whether or not anything that manages VMs runs there. */
export interface HostSetup {
  /** Changes nothing, and needs no root. Rejects with host.*, op.timeout. */
  look(signal: AbortSignal): Promise<HostSurvey>;
  /**
   * Answers the exit code. What was begun goes on to its end there, whatever becomes of the caller, since a half of an install is worse
   * than none: where `stop`, `signal` or the link ends the wait, it rejects with outcome.unknown, which names where its output is.
   */
  run(command: string, how: RunHow, signal: AbortSignal): Promise<number>;
  close(): void;
}
