/** Names of operating systems as libosinfo has them. */
import { attribute, child, XmlError } from '../../transport/xml.ts';
import { readDocument } from '../xml/document.ts';
import { OS_PREFIX } from '../xml/guest-os.ts';

/** The id in the element alone, as DOMAIN_GET_METADATA gives it; undefined for something else by that name. */
export async function readGuestOs(xml: string): Promise<string | undefined> {
  try {
    return attribute(child(await readDocument(xml, OS_PREFIX), 'os'), 'id') || undefined;
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

/** `http://debian.org/debian/12` in a row: `debian 12`. What is no such id stays as it is. */
export const spellGuestOs = (id: string): string =>
  /^https?:\/\/[^/]+\/(.+)$/.exec(id)?.[1]?.split('/').filter(Boolean).join(' ') ?? id;
