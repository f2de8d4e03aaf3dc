import type { EndpointName, NodeId, VmId } from '../../ids.ts';
import type { EndpointField, Settings } from '../../platforms/contract.ts';
import type { Note } from '../fleet/fleet.ts';
import type { Definition } from './definitions.ts';
import type { LocatedMap } from './located.ts';
import type { Problem } from './problem.ts';

/** What each platform asks of an endpoint, by the platform's id. This is all that the configuration knows of platforms. */
export type PlatformFields = ReadonlyMap<string, readonly EndpointField[]>;

export interface EndpointConfig {
  readonly name: EndpointName;
  /** Empty when the file does not say. */
  readonly platform: string;
  readonly enabled: boolean;
  readonly readOnly: boolean;
  /** How often samples come, in ms; undefined leaves it to the platform. */
  readonly everyMs: number | undefined;
  /** Which VMs are shown (`lastingFilter`); undefined shows all. */
  readonly filter: string | undefined;
  /** What the file says for the platform's fields. No defaults of the platform, and secrets as they stand there: mostly references. */
  readonly values: Settings;
  /** Why it must not be connected to: its first error. It stays in the list, so that people see it. */
  readonly trouble: Problem | undefined;
}

/** A pool that the user made (ConVirt's server pool). */
export interface PoolConfig {
  readonly name: string;
  /** The pool around it. */
  readonly in: string | undefined;
  /** An endpoint stands for all its nodes; a node that is named itself is where it is named. */
  readonly nodes: readonly (EndpointName | NodeId)[];
  /** Provisioning variables, F-017. */
  readonly variables: Readonly<Record<string, string>>;
  /** Storages and networks that are to be on its nodes, and on those of the pools inside it. */
  readonly definitions: readonly Definition[];
  readonly readOnly: boolean;
}

export interface Config {
  readonly endpoints: ReadonlyMap<EndpointName, EndpointConfig>;
  readonly pools: ReadonlyMap<string, PoolConfig>;
  readonly notes: ReadonlyMap<NodeId | VmId, Note>;
  /** The whole file, for the parts that others read (theme, keys) and say something about by line and column. */
  readonly file: LocatedMap;
}

export interface Loaded {
  readonly config: Config;
  readonly problems: readonly Problem[];
}
