/** Load balancers: one address for several VMs. */
import type { BalancerId, EndpointName } from '../../ids.ts';
import type { Accepted } from './accepted.ts';
import type { Listed } from './base.ts';
import type { LossPlan } from './delete-plan.ts';

export interface Balancer extends Listed<'balancer'> {
  /** The platform's own word: `network`, `amphora`. */
  readonly type: string | undefined;
  /** The name or address that it is reached by. */
  readonly address: string | undefined;
  readonly ports: readonly number[];
  /** Names of the VMs behind it, or what the platform calls what else is; undefined where a list does not say. */
  readonly members: readonly string[] | undefined;
  /** It has no public address. */
  readonly internal: boolean | undefined;
  /** The platform's own word for its state. */
  readonly status: string | undefined;
  /** The network that it is in. */
  readonly network: string | undefined;
  /** The plan that it belongs to, where the platform keeps that. */
  readonly plan?: string;
}

export interface BalancerSpec {
  /** Unique within the endpoint: one that is there already is an op.conflict. */
  readonly name: string;
  /** At these it is reached, and the VMs behind it. */
  readonly ports: readonly number[];
  /** By name or native id. One that is not there is a vm.not-found, a name of several a name.ambiguous. */
  readonly vms: readonly string[];
  /** What is asked over HTTP to learn whether a VM works, `/health`; empty: whether its port takes connections. */
  readonly checkPath: string;
  /** Undefined: the first of the ports. */
  readonly checkPort?: number;
  readonly internal: boolean;
  /** Name or native id of the subnet; empty: that of the VMs. */
  readonly subnet: string;
  /** The zone that gets an entry of its name; empty for none. One that is not there is a zone.not-found. */
  readonly domain: string;
  readonly plan?: string;
}

export interface BalancerOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Balancer[]>;
  /** A failure leaves nothing, or names what is left and the command that deletes it. */
  create?(of: EndpointName, spec: BalancerSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: BalancerId }>;
  /** What was made with it goes; the VMs behind it stay. */
  planDelete?(id: BalancerId, signal: AbortSignal): Promise<LossPlan>;
  delete?(id: BalancerId, signal: AbortSignal): Promise<Accepted>;
}
