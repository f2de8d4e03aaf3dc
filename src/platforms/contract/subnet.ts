/** Ranges of addresses in a network, where a network may have several. */
import type { EndpointName, SubnetId } from '../../ids.ts';
import type { Accepted } from './accepted.ts';
import type { Listed } from './base.ts';
import type { LossPlan } from './delete-plan.ts';

export interface Subnet extends Listed<'subnet'> {
  /** The name of its network, or what the platform calls that where it has no name. */
  readonly network: string;
  /** `10.0.1.0/24`. */
  readonly cidr: string;
  readonly gateway: string | undefined;
  /** Whether addresses are handed out in it. */
  readonly dhcp: boolean | undefined;
  /** The availability zone that it is in, where it is in one. */
  readonly zone: string | undefined;
  /** Whether new NICs in it get a public address too. */
  readonly public: boolean | undefined;
  /** How many of its addresses are not in use. */
  readonly free: number | undefined;
  /** Name servers that its VMs get. */
  readonly nameServers: readonly string[];
  /** The plan that it belongs to, where the platform keeps that. */
  readonly plan?: string;
}

export interface SubnetSpec {
  /** Unique within the endpoint: one that is there already is an op.conflict. */
  readonly name: string;
  /** Name or native id of the network. */
  readonly network: string;
  /** Within the network's; one that overlaps another subnet of it is an op.conflict. */
  readonly cidr: string;
  /** Empty: the platform chooses. */
  readonly zone: string;
  /** Empty: the platform's own choice, mostly the first address. */
  readonly gateway: string;
  readonly dhcp: boolean;
  readonly nameServers: readonly string[];
  readonly plan?: string;
}

/** What can be changed of one that is there. */
export interface SubnetChanges {
  readonly public?: boolean;
  readonly dhcp?: boolean;
  readonly nameServers?: readonly string[];
}

export interface SubnetOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Subnet[]>;
  /** Rejects with network.not-found, and op.unsupported for what the platform's subnets have not. */
  create?(of: EndpointName, spec: SubnetSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: SubnetId }>;
  /** Rejects with op.unsupported for what subnets of this platform have not. */
  update?(id: SubnetId, changes: SubnetChanges, signal: AbortSignal): Promise<Accepted>;
  /** `refused` names what has an address in it. */
  planDelete?(id: SubnetId, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused while something has an address in it. */
  delete?(id: SubnetId, signal: AbortSignal): Promise<Accepted>;
}
