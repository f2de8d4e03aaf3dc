/** What is the same for lists of every platform: which object is meant, taken names, and what is missing for now. */
import { FleetError } from '../../errors.ts';
import { endpointOf, type Id, nativeOfListed } from '../../ids.ts';
import {
  type GroupName,
  type ListedKind,
  type LossPlan,
  type OperationName,
  operations,
  partsOf,
} from '../contract.ts';
import { readCidr } from './cidr.ts';

/** For an endpoint that has no object of this kind and id. */
export const noListed = (kind: ListedKind, id: string): FleetError =>
  new FleetError(
    `${kind}.not-found`,
    `${endpointOf(id as Id)} has no ${kind} ${JSON.stringify(nativeOfListed(id as Id))}`,
  );

/** Throws op.conflict for a name that one of them has, also where the server would take a second one. */
export function refuseTakenName(
  kind: ListedKind,
  endpoint: string,
  all: readonly { readonly name: string }[],
  name: string,
): void {
  if (!all.some((one) => one.name === name)) return;
  throw new FleetError('op.conflict', `${endpoint} has ${kind === 'image' ? 'an' : 'a'} ${kind} ${name} already`, {
    fix: 'choose another name',
  });
}

/** The first network or subnet whose addresses overlap these; undefined also for what is no CIDR. */
export function overlapping<One extends { readonly cidrs: readonly string[] }>(
  cidr: string,
  all: readonly One[],
): One | undefined {
  const range = readCidr(cidr);
  if (!range) return undefined;
  return all.find(({ cidrs }) =>
    cidrs.some((other) => {
      const known = readCidr(other);
      return known?.family === range.family && known.first <= range.last && range.first <= known.last;
    }),
  );
}

const MOST_NAMED = 5;

/** `vms is used by web1, web2 and 3 more VMs`. */
export function usedBy(name: string, vms: readonly string[]): string {
  const more = vms.length - MOST_NAMED;
  return `${name} is used by ${vms.toSorted().slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more VMs` : ''}`;
}

/** Throws op.refused with the plan's reason, if it has one. */
export function refusePlanned({ refused }: LossPlan): void {
  if (refused !== undefined) throw new FleetError('op.refused', refused);
}

/** The reasons for what of these groups a platform lacks: each operation but those that it has, with the sentence why not. */
export const lacking = (
  why: string,
  groups: readonly GroupName[],
  has: readonly OperationName[] = [],
): Readonly<Partial<Record<OperationName, string>>> =>
  Object.fromEntries(
    (Object.keys(operations) as OperationName[])
      .filter((name) => groups.includes(partsOf(name)[0]) && !has.includes(name))
      .map((name) => [name, why]),
  );
