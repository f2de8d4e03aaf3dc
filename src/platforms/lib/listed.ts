/** What is the same for lists of every platform: which object is meant, taken names, and what is missing for now. */
import { isIP } from 'node:net';
import { FleetError } from '../../errors.ts';
import { endpointOf, type Id, nativeOfListed } from '../../ids.ts';
import { type GroupName, type ListedKind, type Network, type OperationName, operations, partsOf } from '../contract.ts';

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

/** The first network whose addresses overlap these; undefined also for what is no CIDR. */
export function overlapping(cidr: string, all: readonly Network[]): Network | undefined {
  const range = rangeOf(cidr);
  if (!range) return undefined;
  return all.find(({ cidrs }) =>
    cidrs.some((other) => {
      const known = rangeOf(other);
      return known !== undefined && known.bits === range.bits && known.from <= range.to && range.from <= known.to;
    }),
  );
}

interface Range {
  readonly bits: 32 | 128;
  readonly from: bigint;
  readonly to: bigint;
}

function rangeOf(cidr: string): Range | undefined {
  const [address = '', length = ''] = cidr.split('/');
  const family = isIP(address);
  if (family === 0 || !/^\d{1,3}$/.test(length)) return undefined;
  const bits = family === 4 ? 32 : 128;
  if (Number(length) > bits) return undefined;
  const value = family === 4 ? numberOf4(address) : numberOf6(address);
  const hosts = BigInt(bits - Number(length));
  const from = (value >> hosts) << hosts;
  return { bits, from, to: from + (1n << hosts) - 1n };
}

const numberOf4 = (address: string): bigint =>
  address.split('.').reduce((value, part) => value * 256n + BigInt(part), 0n);

function numberOf6(address: string): bigint {
  // The URL parser writes the shortest form, without dots.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const words = (text: string | undefined) => (text === undefined || text === '' ? [] : text.split(':'));
  const behind = words(tail);
  const before = words(head);
  const zeros = Array.from({ length: 8 - before.length - behind.length }, () => '0');
  return [...before, ...zeros, ...behind].reduce((value, word) => value * 65_536n + BigInt(`0x${word}`), 0n);
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
