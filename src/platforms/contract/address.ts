/** Public addresses that an account keeps, and gives to its VMs: floating IPs, elastic IPs. */
import type { AddressId, EndpointName, VmId } from '../../ids.ts';
import type { Accepted } from './accepted.ts';
import type { Listed } from './base.ts';
import type { LossPlan } from './delete-plan.ts';

/** Its name is the one that it was given, else the address. */
export interface Address extends Listed<'address'> {
  readonly ip: string;
  /** The network or pool of addresses that it is of. */
  readonly network: string | undefined;
  /** The name of the VM that it leads to, or what the platform calls what else has it; undefined while nothing has it. */
  readonly user: string | undefined;
  /** The address of the VM's NIC that it leads to. */
  readonly privateIp: string | undefined;
  /** The plan that it belongs to, where the platform keeps that. */
  readonly plan?: string;
}

export interface AddressSpec {
  /** Empty: none. Where the platform keeps names, one that is there already is an op.conflict. */
  readonly name: string;
  /** The network or pool that it is taken from; empty: the usual one. */
  readonly network: string;
  readonly plan?: string;
}

export interface AssociateSpec {
  /** By its address, its name or its native id: one that is not there is an address.not-found. */
  readonly address: string;
  /** Of the NIC that it is to lead to; empty: of the first. */
  readonly privateIp: string;
}

export interface AddressOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Address[]>;
  /** `answer` is the address. Rejects with network.not-found. */
  create?(of: EndpointName, spec: AddressSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: AddressId }>;
  /** Rejects with op.conflict for one that leads to another VM: it is never taken away from that by itself. */
  associate?(vm: VmId, spec: AssociateSpec, signal: AbortSignal): Promise<Accepted>;
  /** The account keeps it. Rejects with op.refused while it leads nowhere. */
  disassociate?(id: AddressId, signal: AbortSignal): Promise<Accepted>;
  /** `refused` names what has it. */
  planDelete?(id: AddressId, signal: AbortSignal): Promise<LossPlan>;
  /** Gives it back: another account may get it. Rejects with op.refused while something has it. */
  delete?(id: AddressId, signal: AbortSignal): Promise<Accepted>;
}
