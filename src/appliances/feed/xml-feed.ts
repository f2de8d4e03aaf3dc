/** Feeds in XML: Atom (RFC 4287), Atom as ConVirt's appliance feeds have it, with `download` elements, and RSS 2.0. */
import { FleetError } from '../../errors.ts';
import {
  attribute,
  child,
  childrenOf,
  readXml,
  textAt,
  type XmlElement,
  XmlError,
} from '../../platforms/transport/xml.ts';
import type { Feed } from './json-feed.ts';
import type { Offer } from './offer.ts';

/** Rejects with op.refused for what is no such feed. */
export async function readXmlFeed(body: Buffer, signal: AbortSignal): Promise<Feed> {
  const root = await readXml(body, { signal }).catch((error: unknown) => {
    throw error instanceof XmlError ? noFeed(error.message) : error;
  });
  if (root.name === 'feed') {
    const provider = textAt(root, 'author', 'name') ?? textAt(root, 'title');
    const logo = textAt(root, 'logo') ?? textAt(root, 'icon');
    return { offers: childrenOf(root, 'entry').flatMap((entry) => entryOffers(entry, provider, logo)), feeds: [] };
  }
  const channel = root.name === 'rss' ? child(root, 'channel') : undefined;
  if (!channel) throw noFeed(`its root is ${JSON.stringify(root.name.slice(0, 40))}, not feed or rss`);
  const [provider, logo] = [textAt(channel, 'title'), textAt(channel, 'image', 'url')];
  return { offers: childrenOf(channel, 'item').flatMap((item) => itemOffers(item, provider, logo)), feeds: [] };
}

const noFeed = (why: string): FleetError => new FleetError('op.refused', `it is no feed of appliances: ${why}`);

/** One for each file. */
function entryOffers(entry: XmlElement, provider: string | undefined, logo: string | undefined): readonly Offer[] {
  const links = childrenOf(entry, 'link');
  const page = links.find((link) => (attribute(link, 'rel') ?? 'alternate') === 'alternate');
  const common: Offer = {
    title: textAt(entry, 'title'),
    provider: textAt(entry, 'author', 'name') ?? provider,
    description: textAt(entry, 'description') ?? textAt(entry, 'short_description') ?? textAt(entry, 'summary'),
    updated: textAt(entry, 'updated'),
    homepage: page && attribute(page, 'href'),
    logo: textAt(entry, 'logo') ?? logo,
  };
  const enclosed = links.filter((link) => attribute(link, 'rel') === 'enclosure');
  return [
    ...enclosed.map((link) => ({
      ...common,
      ...hashesIn(entry),
      location: attribute(link, 'href'),
      size: attribute(link, 'length'),
    })),
    ...childrenOf(entry, 'download').map((download) => downloadOffer(download, common)),
  ];
}

/** ConVirt's: the platform, the package with its sizes, and the kernel with its architecture, PAE and HVM. */
function downloadOffer(download: XmlElement, common: Offer): Offer {
  const [file, kernel] = [child(download, 'package'), child(download, 'kernel')];
  const said = (element: XmlElement | undefined, key: string) => attribute(element, key) ?? textAt(element, key);
  return {
    ...common,
    ...hashesIn(download),
    location: attribute(download, 'href'),
    arch: said(kernel, 'arch'),
    pae: said(kernel, 'PAE') ?? said(kernel, 'pae'),
    hvm: said(kernel, 'is_hvm') ?? said(kernel, 'hvm'),
    size: said(file, 'size'),
    unpackedSize: said(file, 'installed_size'),
  };
}

function itemOffers(item: XmlElement, provider: string | undefined, logo: string | undefined): readonly Offer[] {
  return childrenOf(item, 'enclosure').map((enclosure) => ({
    ...hashesIn(item),
    title: textAt(item, 'title'),
    provider: textAt(item, 'creator') ?? provider,
    description: textAt(item, 'description'),
    location: attribute(enclosure, 'url'),
    size: attribute(enclosure, 'length'),
    updated: textAt(item, 'pubDate'),
    homepage: textAt(item, 'link'),
    logo,
  }));
}

/** `<hash algo="sha-256">`, as Media RSS has it; weaker ones are no proof of anything. */
function hashesIn(element: XmlElement): Pick<Offer, 'sha256' | 'sha512'> {
  const said = new Map(
    childrenOf(element, 'hash').map((one) => [
      (attribute(one, 'algo') ?? '').toLowerCase().replace('-', ''),
      one.text.trim(),
    ]),
  );
  return { sha256: said.get('sha256'), sha512: said.get('sha512') };
}
