/** What kcli writes down about the VMs it makes: an element `info` in the namespace `kvirt` of the domain's metadata. */
import { XMLParser } from 'fast-xml-parser';

export const KCLI_NAMESPACE = 'kvirt';

export interface KcliMetadata {
  readonly plan?: string;
  readonly profile?: string;
  readonly image?: string;
  readonly ip?: string;
  /** Epoch, ms. */
  readonly creationdate?: number;
  readonly owner?: string;
  readonly user?: string;
  readonly domain?: string;
  readonly kube?: string;
  readonly kubetype?: string;
}

const parser = new XMLParser({ removeNSPrefix: true, parseTagValue: false, ignoreAttributes: true });
const KEYS = ['plan', 'profile', 'image', 'ip', 'owner', 'user', 'domain', 'kube', 'kubetype'] as const;

/** `xml` is the element alone, as DOMAIN_GET_METADATA gives it. Something else by the same name is nothing. */
export function readKcliMetadata(xml: string): KcliMetadata {
  let info: unknown;
  try {
    info = (parser.parse(xml) as { info?: unknown }).info;
  } catch {
    return {};
  }
  if (typeof info !== 'object' || info === null) return {};
  const fields = new Map(Object.entries(info));
  const metadata: { -readonly [K in keyof KcliMetadata]: KcliMetadata[K] } = {};
  for (const key of KEYS) {
    const value = fields.get(key);
    if (typeof value === 'string' && value !== '') metadata[key] = value;
  }
  const created = creationTime(fields.get('creationdate'));
  return created === undefined ? metadata : { ...metadata, creationdate: created };
}

/** `dd-mm-yyyy hh:mm` in UTC; older versions wrote no time. */
function creationTime(text: unknown): number | undefined {
  const match = typeof text === 'string' ? /^(\d\d)-(\d\d)-(\d{4})(?: (\d\d):(\d\d))?$/.exec(text) : null;
  if (!match) return undefined;
  const [, day, month, year, hour = 0, minute = 0] = match;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
}
