/** DNS zones that a platform answers for; their entries are of the group `dns`. */
import type { EndpointName, ZoneId } from '../../ids.ts';
import type { Accepted } from './accepted.ts';
import type { Listed } from './base.ts';
import type { LossPlan } from './delete-plan.ts';

/** Its name is without a dot at the end. */
export interface Zone extends Listed<'zone'> {
  /** How many entries it has, those for the zone itself among them; undefined where only reading them would tell. */
  readonly records: number | undefined;
  /** Answered for inside of networks alone. */
  readonly private: boolean | undefined;
  /** The networks that a private one is answered for in. */
  readonly networks: readonly string[];
  /** What the zone above must name. */
  readonly nameServers: readonly string[];
  readonly description: string | undefined;
}

export interface ZoneSpec {
  /** `example.com`. One that is there already is an op.conflict. */
  readonly name: string;
  readonly description: string;
  /** Name or native id of the network that it is answered for in; empty for all the world. */
  readonly network: string;
  /** Of who answers for it, where the platform asks for that. */
  readonly email: string;
}

export interface ZoneDeleteOptions {
  /** Its entries, too. Without it only one without entries of its own is deleted. */
  readonly records: boolean;
}

export interface ZoneOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Zone[]>;
  create?(of: EndpointName, spec: ZoneSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: ZoneId }>;
  /** `goes` counts the entries; `refused` says that there are some, where they are not to go. */
  planDelete?(id: ZoneId, options: ZoneDeleteOptions, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused for one with entries that are not to go. */
  delete?(id: ZoneId, options: ZoneDeleteOptions, signal: AbortSignal): Promise<Accepted>;
}
