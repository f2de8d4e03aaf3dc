/** Where a browser finds the application in a VM, and the page that it is managed by: said by its appliance, or by the user. */
import { BlockList, isIP, isIPv6 } from 'node:net';
import { isHostName } from '../../host-names.ts';

export const PROTOCOLS = ['http', 'https'] as const;
type Protocol = (typeof PROTOCOLS)[number];

/** By the keys that forms, flags and files have; what is left out is as usual. */
export interface ApplicationDetails {
  readonly protocol?: Protocol;
  /** In place of the VM's first address. The user alone says it: a catalog must not lead to other machines. */
  readonly host?: string;
  readonly port?: number;
  /** Begins with `/`; a query may stand behind it. */
  readonly path?: string;
  readonly 'management-protocol'?: Protocol;
  readonly 'management-port'?: number;
}

/** Every key of the details, in the order of forms. */
export const DETAILS = [
  'protocol',
  'host',
  'port',
  'path',
  'management-protocol',
  'management-port',
] as const satisfies readonly (keyof ApplicationDetails)[];

/** A port of TCP. */
export const HIGHEST_PORT = 65_535;
const LONGEST_PATH = 1_000;
/** In an address of a page: where a host ends, or an escape. Zones of IPv6 are in no such address. */
const MORE_THAN_HOST = /[?#%[\]]/;
/** Not `//host`, nor `/\host`, which a browser takes for another machine. */
export const PATH = '^/(?![/\\\\])[^\\s\\\\\\p{Cc}]*$';

/** Of the machine that asks, of one link alone, or of many machines. */
const OF_NO_VM = new BlockList();
for (const [net, prefix, family] of [
  ['0.0.0.0', 8, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
] as const)
  OF_NO_VM.addSubnet(net, prefix, family);

/** Whether it is an address that can be of a VM alone: some addresses are what a program in the guest says. */
export function leadsToVm(ip: string): boolean {
  const version = ip.includes('%') ? 0 : isIP(ip);
  return version !== 0 && !OF_NO_VM.check(ip, version === 6 ? 'ipv6' : 'ipv4');
}

/** Where vendors of appliances have put their management pages (ConVirt knew these two). */
const VENDORS: readonly { readonly provider: RegExp; readonly details: ApplicationDetails }[] = [
  { provider: /\brpath\b/i, details: { 'management-protocol': 'https', 'management-port': 8003 } },
  { provider: /\bjump ?box\b/i, details: { 'management-protocol': 'https', 'management-port': 3000 } },
];

/** What is usual for a vendor, and counts less than anything that is said. */
export const detailsOfVendor = (provider: string): ApplicationDetails =>
  VENDORS.find((one) => one.provider.test(provider))?.details ?? {};

/** From words of a file; null and undefined are not said. What is wrong comes as a sentence without a full stop. */
export function detailsIn(said: (key: (typeof DETAILS)[number]) => unknown): ApplicationDetails | string {
  const details: Record<string, unknown> = {};
  for (const key of DETAILS) {
    const value = said(key) ?? undefined;
    if (value === undefined) continue;
    const wrong = COMPLAINTS[key](value);
    if (wrong !== undefined) return `${key} ${wrong}`;
    details[key] = value;
  }
  return details;
}

/** The same without what is wrong. */
export const rightDetailsIn = (said: (key: (typeof DETAILS)[number]) => unknown): ApplicationDetails =>
  Object.fromEntries(
    DETAILS.flatMap((key) => {
      const value = said(key) ?? undefined;
      return value === undefined || COMPLAINTS[key](value) !== undefined ? [] : [[key, value]];
    }),
  );

const protocolComplaint = (value: unknown) =>
  PROTOCOLS.some((known) => known === value) ? undefined : `must be ${PROTOCOLS.join(' or ')}`;
const portComplaint = (value: unknown) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= HIGHEST_PORT
    ? undefined
    : `must be a number from 1 to ${HIGHEST_PORT}`;

const COMPLAINTS: Readonly<Record<(typeof DETAILS)[number], (value: unknown) => string | undefined>> = {
  protocol: protocolComplaint,
  host: (value) =>
    typeof value === 'string' && originOf('http', value) !== undefined ? undefined : 'must be a name or an address',
  port: portComplaint,
  path: (value) =>
    typeof value === 'string' && value.length <= LONGEST_PATH && new RegExp(PATH, 'u').test(value)
      ? undefined
      : 'must begin with one / and have no blanks',
  'management-protocol': protocolComplaint,
  'management-port': portComplaint,
};

export interface Pages {
  readonly application: string;
  /** Undefined where no port of it is known. */
  readonly management: string | undefined;
}

/** `host`: the address of the VM, for details that name none. Undefined for what can't be in the address of a page. */
export function pagesOf(details: ApplicationDetails, host: string): Pages | undefined {
  const { protocol = 'http', port, path = '/', host: at = host } = details;
  const { 'management-protocol': managedBy = 'https', 'management-port': managedAt } = details;
  const origin = originOf(protocol, at, port);
  if (origin === undefined) return undefined;
  return {
    application: new URL(path, origin).href,
    management: managedAt === undefined ? undefined : originOf(managedBy, at, managedAt),
  };
}

/** `https://[2001:db8::7]:8003/`; undefined where the host can't stand in an address. */
function originOf(protocol: Protocol, host: string, port?: number): string | undefined {
  if (!isHostName(host) || MORE_THAN_HOST.test(host) || (host.includes(':') && !isIPv6(host))) return undefined;
  const behind = port === undefined ? '' : `:${port}`;
  return URL.parse(`${protocol}://${isIPv6(host) ? `[${host}]` : host}${behind}/`)?.href;
}
