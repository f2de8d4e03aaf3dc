/** Routers: what leads from networks to each other, and outside. */
import type { EndpointName, RouterId } from '../../ids.ts';
import type { Accepted } from './accepted.ts';
import type { Listed } from './base.ts';
import type { LossPlan } from './delete-plan.ts';

export interface Router extends Listed<'router'> {
  /** The name of the network that it leads outside by; undefined where it leads nowhere. */
  readonly outside: string | undefined;
  /** Its own address out there. */
  readonly address: string | undefined;
  /** Names of the networks that hang on it, or what the platform calls those without a name. */
  readonly networks: readonly string[];
  /** Whether it passes anything on now. */
  readonly active: boolean;
}

export interface RouterSpec {
  /** Unique within the endpoint: one that is there already is an op.conflict. */
  readonly name: string;
  /** Name or native id of the network that it leads outside by; empty: nowhere. One that leads nowhere itself is an op.refused. */
  readonly outside: string;
}

export interface RouterOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Router[]>;
  /** Rejects with network.not-found. */
  create?(of: EndpointName, spec: RouterSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: RouterId }>;
  /** Rejects with op.refused while public addresses need the way outside that it has; names them. */
  update?(id: RouterId, changes: Pick<RouterSpec, 'outside'>, signal: AbortSignal): Promise<Accepted>;
  /** `network`: name or native id. All of its addresses are led from here on, or, when that fails, none. */
  connect?(id: RouterId, network: string, signal: AbortSignal): Promise<Accepted>;
  /** Rejects with op.refused for a network that does not hang on it, and while public addresses lead into it; names them. */
  disconnect?(id: RouterId, network: string, signal: AbortSignal): Promise<Accepted>;
  /** `refused` names the networks that hang on it. */
  planDelete?(id: RouterId, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused while a network hangs on it. */
  delete?(id: RouterId, signal: AbortSignal): Promise<Accepted>;
}
