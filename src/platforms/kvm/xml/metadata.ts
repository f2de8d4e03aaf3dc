/** What kcli writes down about the VMs it makes: an element `info` in the namespace `kvirt` of the domain's metadata. */
import { escapeXml, textAt, type XmlElement, XmlError } from '../../transport/xml.ts';
import { readDocument } from './document.ts';

export const KCLI_NAMESPACE = 'kvirt';

/** The volume with what cloud-init reads. kcli knows it by this name: it offers it nowhere, and deletes it with its VM. */
export const seedName = (vm: string): string => `${vm}.ISO`;
/** The volume with what Ignition reads. */
export const ignitionName = (vm: string): string => `${vm}.ign`;

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

/** As kcli writes it. */
export function kcliTime(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T');
  return `${date.split('-').toReversed().join('-')} ${time.slice(0, 5)}`;
}

/** `dd-mm-yyyy hh:mm` in UTC; older versions wrote no time. */
function creationTime(text = ''): number | undefined {
  const match = /^(\d\d)-(\d\d)-(\d{4})(?: (\d\d):(\d\d))?$/.exec(text);
  if (!match) return undefined;
  const [, day, month, year, hour = 0, minute = 0] = match;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
}

/** The same element, with what is not empty of `kept`; `now` is epoch, ms. Keys must be names of XML elements. */
export function writeKcliMetadata(kept: Readonly<Record<string, string>>, now: number): string {
  const all = { creationdate: kcliTime(now), ...kept };
  const inner = Object.entries(all).flatMap(([key, value]) =>
    value === '' ? [] : [`<${KCLI_NAMESPACE}:${key}>${escapeXml(value)}</${KCLI_NAMESPACE}:${key}>`],
  );
  return `<${KCLI_NAMESPACE}:info xmlns:${KCLI_NAMESPACE}="${KCLI_NAMESPACE}">${inner.join('')}</${KCLI_NAMESPACE}:info>`;
}
