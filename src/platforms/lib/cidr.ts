/** Addresses of both versions of IP as numbers, so that networks can be cut out of them. */
import { isIP } from 'node:net';

export interface Cidr {
  readonly family: 4 | 6;
  /** The address as it was written, and the first and the last one of its network. */
  readonly address: bigint;
  readonly first: bigint;
  readonly last: bigint;
  readonly length: number;
}

/** Undefined for what is no address, or has no such network. */
export function cidrOf(text: string, length: number): Cidr | undefined {
  // A scope, as in fe80::1%eth0, is no part of a network.
  const family = text.includes('%') ? 0 : isIP(text);
  const bits = family === 4 ? 32 : 128;
  if ((family !== 4 && family !== 6) || !Number.isInteger(length) || length < 0 || length > bits) return undefined;
  const address = family === 4 ? numberOf(text.split('.'), 8n, 10) : numberOf(wordsOf6(text), 16n, 16);
  const hosts = BigInt(bits - length);
  const first = (address >> hosts) << hosts;
  return { family, address, first, last: first + (1n << hosts) - 1n, length };
}

/** `192.168.122.0/24`; undefined for what is no CIDR. */
export function readCidr(text: string): Cidr | undefined {
  const [, address = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  return address === '' ? undefined : cidrOf(address, Number(length));
}

/** `192.168.122.0/24`. */
export const cidrText = ({ family, first, length }: Cidr): string => `${addressText(first, family)}/${length}`;

export function addressText(value: bigint, family: 4 | 6): string {
  const [size, radix, count] = family === 4 ? [8n, 10, 4] : [16n, 16, 8];
  const parts = Array.from({ length: count }, (_, i) =>
    ((value >> (size * BigInt(count - 1 - i))) & ((1n << size) - 1n)).toString(radix),
  );
  return family === 4 ? parts.join('.') : shortest6(parts.join(':'));
}

/** `255.255.255.0` as 24; undefined for what is no mask. */
export function lengthOfMask(mask: string): number | undefined {
  const bits = isIP(mask) === 4 ? mask.split('.').map((part) => Number(part).toString(2).padStart(8, '0')) : [];
  const [, ones] = /^(1*)0*$/.exec(bits.join('')) ?? [];
  return bits.length === 4 ? ones?.length : undefined;
}

/** `255.255.255.0`; of IPv6 the length of the prefix, `64`, which is what is written there. */
export const maskText = ({ family, length }: Cidr): string =>
  family === 4 ? addressText((0xffff_ffffn << BigInt(32 - length)) & 0xffff_ffffn, 4) : String(length);

const numberOf = (parts: readonly string[], size: bigint, radix: number): bigint =>
  parts.reduce((value, part) => (value << size) + BigInt(Number.parseInt(part, radix)), 0n);

/** The URL parser writes the shortest form, without dots. */
const shortest6 = (text: string): string => new URL(`http://[${text}]`).hostname.slice(1, -1);

function wordsOf6(text: string): readonly string[] {
  const [head = '', tail = ''] = shortest6(text).split('::');
  const [before, behind] = [head, tail].map((part) => part.split(':').filter(Boolean)) as [string[], string[]];
  return [...before, ...Array<string>(8 - before.length - behind.length).fill('0'), ...behind];
}
