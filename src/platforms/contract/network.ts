/** What can be done with the networks of an endpoint. */
import type { DnsId, EndpointName, LeaseId, NetworkId } from '../../ids.ts';
import type { Accepted } from './accepted.ts';
import type { LossPlan } from './delete-plan.ts';
import type { DnsRecord, Lease, Network, NetworkMode } from './listed-objects.ts';

/** Of what goes one way. */
export interface NetworkRate {
  /** KiB a second. Rejected with op.refused where the others are given without it. */
  readonly average: number | undefined;
  /** KiB a second, for a short time. */
  readonly peak: number | undefined;
  /** KiB, that may go at the peak. */
  readonly burst: number | undefined;
}

export interface NetworkSpec {
  /** Unique within the endpoint: one that is there already is an op.conflict. */
  readonly name: string;
  readonly mode: NetworkMode;
  /** Empty for a bridge, which has none of its own. One that overlaps another network's is an op.conflict. */
  readonly cidr: string;
  readonly dhcp: boolean;
  /** The bridge of the node that a network of that mode stands for, or the interface that `routed`, `nat` and `macvtap` go out by; empty otherwise. */
  readonly device: string;
  readonly domain: string;
  /** Of the other version of IP, for a network that has both. */
  readonly dualCidr?: string;
  /** First and last address that DHCP gives, `10.0.0.50-10.0.0.99`; else all but the first, which is the gateway's, and the last. */
  readonly range?: string;
  /** What machines that boot from the network are sent: a file, or `FILE@SERVER`. */
  readonly boot?: string;
  /** Where names are looked up that the network does not know; else as its node does. */
  readonly forwarders?: readonly string[];
  /** Bytes. */
  readonly mtu?: number;
  /** False: it does not start with its node. */
  readonly autostart?: boolean;
  /** The plan that it belongs to. */
  readonly plan?: string;
  /** The bridge is one of Open vSwitch. */
  readonly openvswitch?: boolean;
  /** The VLAN of its NICs; several make each of them a trunk. */
  readonly vlans?: readonly number[];
  /** VLANs that get a port group each, `vlan-10`, beside the one for NICs that name none. */
  readonly portGroups?: readonly number[];
  /** What all its NICs together may receive, and send, by way of the node; unlimited without it. */
  readonly inbound?: NetworkRate;
  readonly outbound?: NetworkRate;
}

/** What can be changed of a network that is there. */
export interface NetworkSettings {
  readonly mode: NetworkMode;
  readonly dhcp: boolean;
  /**
   * First and last address that DHCP gives, with commas where there are several ranges. A change leaves those of the version of IP
   * alone that it does not name; empty is the usual range of each.
   */
  readonly range: string;
  /** Empty: none. */
  readonly domain: string;
  readonly forwarders: readonly string[];
  /** Bytes; null is the platform's own. */
  readonly mtu: number | null;
  readonly autostart: boolean;
  /** Empty: none. */
  readonly plan: string;
}

export interface NetworkNow {
  /** As it is saved: only those that can be changed of this network. */
  readonly settings: Partial<NetworkSettings>;
  /** Of these, those that take effect only when it is started again; none while it is not active. */
  readonly atRestart: readonly (keyof NetworkSettings)[];
  /** Names of the VMs that run with a NIC in it: a restart takes their link. */
  readonly users: readonly string[];
}

export interface NetworkUpdateOptions {
  /** Restart it, where it is active and what is changed needs that. Without it such a change waits for its next start. */
  readonly restart: boolean;
}

/** An address that is kept for a NIC. */
export interface LeaseSpec {
  /** The name of the network. */
  readonly network: string;
  readonly mac: string;
  readonly ip: string;
  /** Of the host. Empty: none. */
  readonly name: string;
}

export interface LeaseOps {
  /** What DHCP has given out, and what is kept. */
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Lease[]>;
  /** Keeps an address. One that is kept for another NIC, or a NIC that has another one, is an op.conflict. */
  create?(of: EndpointName, spec: LeaseSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: LeaseId }>;
  planDelete?(id: LeaseId, signal: AbortSignal): Promise<LossPlan>;
  /** Keeps the address no longer; a guest that has it has it until its time is over. What is not kept is refused with op.refused. */
  delete?(id: LeaseId, signal: AbortSignal): Promise<Accepted>;
}

export interface DnsSpec {
  /** With or without its zone behind it. */
  readonly name: string;
  /** The zone that it is in; on libvirt a network. */
  readonly zone: string;
  /** `A`, `AAAA`, `CNAME` … */
  readonly type: string;
  readonly data: string;
  /** How long others may remember it, in seconds; else the platform's own choice. */
  readonly ttl?: number;
  /** Take the place of entries of its name and type; else they stay where a name may have several, and are an op.conflict where not. */
  readonly overwrite?: boolean;
}

export interface DnsOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly DnsRecord[]>;
  /** One that is there already is an op.conflict. */
  create?(of: EndpointName, spec: DnsSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: DnsId }>;
  planDelete?(id: DnsId, signal: AbortSignal): Promise<LossPlan>;
  delete?(id: DnsId, signal: AbortSignal): Promise<Accepted>;
}

export interface NetworkOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Network[]>;
  create?(of: EndpointName, spec: NetworkSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: NetworkId }>;
  settings?(id: NetworkId, signal: AbortSignal): Promise<NetworkNow>;
  /**
   * Saves what is given, and makes it so at once as far as that can be done. `basedOn` is what the form had been filled with: where
   * that is not what is saved now, it rejects with op.conflict. Rejects with op.refused for what this network can't be.
   * When it is refused on the way, it is as it was before. What waits for its next start is a warning.
   */
  update?(
    id: NetworkId,
    changes: Partial<NetworkSettings>,
    basedOn: Partial<NetworkSettings>,
    options: NetworkUpdateOptions,
    signal: AbortSignal,
  ): Promise<Accepted>;
  /** `refused` names the VMs that have a NIC in it. */
  planDelete?(id: NetworkId, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused while a VM has a NIC in it. */
  delete?(id: NetworkId, signal: AbortSignal): Promise<Accepted>;
  start?(id: NetworkId, signal: AbortSignal): Promise<Accepted>;
  /** Running VMs lose their link. */
  stop?(id: NetworkId, signal: AbortSignal): Promise<Accepted>;
}
