/** What kcli writes down about the VMs it makes: an element `info` in the namespace `kvirt` of the domain's metadata. */
import { textAt, type XmlElement, XmlError } from '../../transport/xml.ts';
import { readDocument } from './document.ts';

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

const KEYS = ['plan', 'profile', 'image', 'ip', 'owner', 'user', 'domain', 'kube', 'kubetype'] as const;

/** `xml` is the element alone, as DOMAIN_GET_METADATA gives it. Something else by the same name is nothing. */
export async function readKcliMetadata(xml: string): Promise<KcliMetadata> {
  let info: XmlElement;
  try {
    info = await readDocument(xml, 'info');
  } catch (error) {
    if (error instanceof XmlError) return {};
    throw error;
  }
  const metadata: { -readonly [K in keyof KcliMetadata]: KcliMetadata[K] } = {};
  for (const key of KEYS) {
    const value = textAt(info, key)?.trim();
    if (value) metadata[key] = value;
  }
  const created = creationTime(textAt(info, 'creationdate')?.trim());
  return created === undefined ? metadata : { ...metadata, creationdate: created };
}

/** `dd-mm-yyyy hh:mm` in UTC; older versions wrote no time. */
function creationTime(text = ''): number | undefined {
  const match = /^(\d\d)-(\d\d)-(\d{4})(?: (\d\d):(\d\d))?$/.exec(text);
  if (!match) return undefined;
  const [, day, month, year, hour = 0, minute = 0] = match;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
}
