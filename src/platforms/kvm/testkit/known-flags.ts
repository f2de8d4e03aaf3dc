import { libvirtNo } from './scripted-client.ts';

/** The flags that libvirt knows of its calls, all in one number; none where a call is not listed. */
const KNOWN: Readonly<Record<string, number>> = {
  CONNECT_OPEN: 1,
  DOMAIN_GET_XML_DESC: 1 + 2 + 4 + 8,
  CONNECT_LIST_ALL_DOMAINS: 0x3fff,
  CONNECT_LIST_ALL_STORAGE_POOLS: 0xf_ffff,
  CONNECT_GET_ALL_DOMAIN_STATS: 0x7fff_ffff,
  DOMAIN_UNDEFINE_FLAGS: 1 + 2 + 4 + 8 + 16,
  DOMAIN_OPEN_CONSOLE: 1 + 2,
  DOMAIN_SET_MEMORY_FLAGS: 1 + 2 + 4,
  DOMAIN_SET_VCPUS_FLAGS: 1 + 2 + 4 + 8,
  DOMAIN_SET_METADATA: 1 + 2,
};
const INVALID_ARGUMENT = 8;

/** As libvirt does: a flag that it does not know is refused. */
export function refuseUnknownFlags(name: string, args: unknown): void {
  const flags = typeof args === 'object' && args !== null && 'flags' in args ? Number(args.flags) : 0;
  if ((flags & ~(KNOWN[name] ?? 0)) !== 0) throw libvirtNo(INVALID_ARGUMENT, `${name}: unsupported flags (${flags})`);
}

/** As libvirt does: whoever wants only the number gets no list. */
export function withoutResults<R>(args: unknown, result: R): R {
  if (typeof args !== 'object' || args === null || !('needResults' in args) || args.needResults === true) return result;
  return Object.fromEntries(
    Object.entries(result as object).map(([key, value]) => [key, Array.isArray(value) ? [] : value]),
  ) as R;
}
