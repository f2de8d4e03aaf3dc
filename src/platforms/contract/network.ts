/** What can be done with the networks of an endpoint. */
import type { EndpointName, NetworkId } from '../../ids.ts';
import type { Accepted } from './accepted.ts';
import type { LossPlan } from './delete-plan.ts';
import type { Network, NetworkMode } from './listed-objects.ts';

export interface NetworkSpec {
  /** Unique within the endpoint: one that is there already is an op.conflict. */
  readonly name: string;
  readonly mode: NetworkMode;
  /** Empty for a bridge, which has none of its own. One that overlaps another network's is an op.conflict. */
  readonly cidr: string;
  readonly dhcp: boolean;
  /** The bridge of the node that a network of that mode stands for; empty otherwise. */
  readonly device: string;
  readonly domain: string;
}

export interface NetworkOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Network[]>;
  create?(of: EndpointName, spec: NetworkSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: NetworkId }>;
  /** `refused` names the VMs that have a NIC in it. */
  planDelete?(id: NetworkId, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused while a VM has a NIC in it. */
  delete?(id: NetworkId, signal: AbortSignal): Promise<Accepted>;
  start?(id: NetworkId, signal: AbortSignal): Promise<Accepted>;
  /** Running VMs lose their link. */
  stop?(id: NetworkId, signal: AbortSignal): Promise<Accepted>;
}
