/** Which packets reach NICs: groups of rules, which NICs are in. */
import type { EndpointName, SecurityGroupId, SecurityRuleId } from '../../ids.ts';
import type { Accepted } from './accepted.ts';
import type { Listed } from './base.ts';
import type { LossPlan } from './delete-plan.ts';

export interface SecurityGroup extends Listed<'securitygroup'> {
  /** The name of the network that it is for; undefined where groups are of no network. */
  readonly network: string | undefined;
  readonly description: string | undefined;
  /** How many rules it has; undefined where a list does not say. */
  readonly rules: number | undefined;
  /** The plan that it belongs to, where the platform keeps that. */
  readonly plan?: string;
}

export const RULE_DIRECTIONS = ['in', 'out'] as const;
export type RuleDirection = (typeof RULE_DIRECTIONS)[number];

/** What one rule lets through. Its name says that in short: `in tcp 22 from 0.0.0.0/0`. */
export interface SecurityRule extends Listed<'securityrule'> {
  /** The name of its group. */
  readonly group: string;
  /** To the VMs, or from them. */
  readonly direction: RuleDirection;
  /** `tcp`, `udp`, `icmp`, `icmpv6`, `any`, or its number. */
  readonly protocol: string;
  /** `22`, `8000-8100`; undefined for all, and where the protocol has no ports. */
  readonly ports: string | undefined;
  /** The addresses, the group or the list of addresses on the other side: `10.0.0.0/8`, `web`. */
  readonly peer: string;
  readonly description: string | undefined;
}

export interface SecurityGroupSpec {
  /** Unique within its network, or within the endpoint: one that is there already is an op.conflict. */
  readonly name: string;
  readonly description: string;
  /** Name or native id of the network, where groups are of networks; empty: the usual one. */
  readonly network: string;
  readonly plan?: string;
}

/** The first and the last of them. */
export type PortRange = readonly [first: number, last: number];

/** `22`, `8000-8100`; undefined for all. */
export const spelledPorts = (ports: PortRange | undefined): string | undefined =>
  ports && (ports[0] === ports[1] ? String(ports[0]) : ports.join('-'));

export interface SecurityRuleSpec {
  readonly direction: RuleDirection;
  /** `tcp`, `udp`, `icmp`, `icmpv6`, `any`, or a number. */
  readonly protocol: string;
  readonly ports: PortRange | undefined;
  /** Addresses with a length, or the name of a security group. */
  readonly peer: string;
  readonly description: string;
}

export interface SecurityGroupOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly SecurityGroup[]>;
  /** It lets nothing in. Rejects with network.not-found. */
  create?(
    of: EndpointName,
    spec: SecurityGroupSpec,
    signal: AbortSignal,
  ): Promise<Accepted & { readonly id?: SecurityGroupId }>;
  /** `refused` names what is in it, and the groups whose rules name it. */
  planDelete?(id: SecurityGroupId, signal: AbortSignal): Promise<LossPlan>;
  /** With its rules. Rejects with op.refused while a NIC is in it, or a rule of another group names it. */
  delete?(id: SecurityGroupId, signal: AbortSignal): Promise<Accepted>;
}

export interface SecurityRuleOps {
  list?(of: SecurityGroupId, signal: AbortSignal): Promise<readonly SecurityRule[]>;
  /** One that is there already is an op.conflict. Rejects with securitygroup.not-found for a peer that is none. */
  create?(
    of: SecurityGroupId,
    spec: SecurityRuleSpec,
    signal: AbortSignal,
  ): Promise<Accepted & { readonly id?: SecurityRuleId }>;
  delete?(id: SecurityRuleId, signal: AbortSignal): Promise<Accepted>;
}
