/** Migration: a VM goes to another node, of the same endpoint or of another one of the same platform. */
import type { NodeId, VmId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { Accepted } from './accepted.ts';

export interface MigrateSpec {
  /** The VM goes on running meanwhile. Without it, one that is on is paused or shut down for the time of the move. */
  readonly live: boolean;
  /** Disks that the target does not have are copied to it; without it they are an error of the check `disks`. */
  readonly copyDisks: boolean;
  /** The name of the storage there that takes the copies; empty: one of the same name as where each disk is now. */
  readonly storage: string;
  /** Copied disks are deleted where they were, once the VM is at the target; otherwise they stay, and warnings name them. */
  readonly removeCopied: boolean;
  /** Names of checks whose errors the user has read and typed over. */
  readonly despite: readonly string[];
  /** Bytes per second at most; undefined is no limit. */
  readonly limit?: Bytes;
  /** A guest that writes to its memory faster than that is sent is slowed down, more and more, until it gets through. */
  readonly converge?: boolean;
  /** How long the VM may stand still at the end, ms; undefined is what the platform has by itself. */
  readonly maxDowntimeMs?: number;
  /** Called with how far it is, by platforms that have no task of their own for it. Never waited for. */
  readonly progress?: (now: MigrationProgress) => void;
}

export interface MigrationProgress {
  /** What goes on, for people: `copying memory`, `copying vda`. */
  readonly doing: string;
  /** Bytes; NaN while it is not known. */
  readonly done: number;
  readonly total: number;
  /** Bytes per second; NaN while it is not known. */
  readonly rate: number;
}

/**
 * What was looked at before anything moves. The names that platforms share: `node` (the target is up), `vm` (there, and in a
 * state that can be moved), `platform` (the same kind, and a version that takes it), `reach` (the nodes reach each other),
 * `identity` (its name and uuid are free there), `cpu`, `architecture`, `machine`, `memory`, `disks` (there, or copied),
 * `storage` (room for the copies), `cache` (of disks that both nodes use), `options` (what was asked for and is not taken), `networks`, `devices` (of the host, that stay
 * behind), `files` (kernel, initrd, firmware), `snapshots`, `clock`. One platform may have others, or not all of them.
 */
export interface MigrationCheck {
  readonly name: string;
  /** A warning asks, an error blocks until it is typed over. */
  readonly level: 'ok' | 'warning' | 'error';
  /** One sentence, lower case, without a full stop: what is so, and of what is not good what to do. */
  readonly text: string;
  /** An error that can't be typed over, since the platform itself would refuse. */
  readonly final?: true;
}

/** What goes on over an endpoint's own connection in behalf of a VM that comes from another endpoint. */
export interface Visit<Result> {
  /** The platform that made it, which alone knows what `run` is given: another one rejects with op.unsupported. */
  readonly platform: string;
  /** The VM's name there, for the audit log. */
  readonly vm: string;
  /** `host` is how the platform itself reaches the node. */
  run(host: unknown, signal: AbortSignal): Promise<Result>;
}

/** The part that another endpoint takes: its wrapped operations, so that its own policy, audit and deadlines hold. */
export interface MigrationPeer {
  planReceive<Result>(node: NodeId, visit: Visit<Result>, signal: AbortSignal): Promise<Result>;
  receive<Result>(node: NodeId, visit: Visit<Result>, signal: AbortSignal): Promise<Result>;
}

export interface MigrationTarget {
  /** Undefined: the platform chooses among the nodes of the same endpoint. */
  readonly node: NodeId | undefined;
  /** Of a node of another endpoint. */
  readonly peer?: MigrationPeer;
}

/** A disk that would be copied. */
export interface CopiedDisk {
  /** Where it is now. */
  readonly path: string;
  /** Where it would be, as far as that is known beforehand. */
  readonly to?: string;
  readonly size: Bytes;
}

/** What a migration to one target would be. */
export interface MigrationPlan {
  readonly node: NodeId | undefined;
  /** Those that failed first where the platform has no order of its own. */
  readonly checks: readonly MigrationCheck[];
  readonly copies: readonly CopiedDisk[];
  /** Whether the VM goes on running meanwhile, as things are. */
  readonly live: boolean;
}

/** The errors that were not typed over, or can't be. */
export const standingErrors = (
  { checks }: Pick<MigrationPlan, 'checks'>,
  despite: readonly string[],
): readonly MigrationCheck[] =>
  checks.filter(({ level, name, final }) => level === 'error' && (final === true || !despite.includes(name)));

/** The VM is at the target. */
export type Migrated = Accepted & {
  /** What it is called there; the same as before within an endpoint. */
  readonly id: VmId;
  /** How long it stood still, where the platform measures that. */
  readonly downtimeMs?: number;
  /** Memory and disks that went over the wire, where the platform counts that. */
  readonly bytes?: number;
};

export interface MigrationOps {
  /**
   * What a migration to each of these targets would be, in their order. A target that can't be asked has a check that says
   * so; it rejects only for what is about the VM itself.
   */
  planMigrate?(
    id: VmId,
    targets: readonly MigrationTarget[],
    spec: MigrateSpec,
    signal: AbortSignal,
  ): Promise<readonly MigrationPlan[]>;
  /**
   * Makes the checks again and rejects with op.refused, with the sentences of the errors that `despite` does not name.
   * Platforms with tasks answer when it has begun, the others when the VM is at the target and gone from where it was; an
   * abort takes it back. Whatever fails, the VM is where it was and runs as it did, and nothing of it is left at the target, or
   * the error names what is left with the command that removes it. Where it can't be known which node has it now, it is
   * outcome.unknown.
   */
  migrate?(id: VmId, target: MigrationTarget, spec: MigrateSpec, signal: AbortSignal): Promise<Migrated>;
}

/** Of a node whose endpoint takes VMs from other endpoints. */
export interface ReceivingOps {
  /** Only reads through the visit. */
  planReceive?<Result>(id: NodeId, visit: Visit<Result>, signal: AbortSignal): Promise<Result>;
  /** The visit makes what the VM needs here, and the VM; answers when the migration has ended, either way. */
  receive?<Result>(id: NodeId, visit: Visit<Result>, signal: AbortSignal): Promise<Result>;
}
