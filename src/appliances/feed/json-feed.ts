/** Feeds in JSON: drover's own (`appliances`, `feeds`), and JSON Feed 1.1 (`items` with `attachments`). */
import { FleetError } from '../../errors.ts';
import { JsonError, readJson } from '../../platforms/transport/json.ts';
import type { Offer } from './offer.ts';

/** What a feed holds: offers, and other feeds that it names. */
export interface Feed {
  readonly offers: readonly Offer[];
  /** Addresses, or paths where it is a file. */
  readonly feeds: readonly { readonly location: string; readonly provider: string | undefined }[];
}

type Words = Readonly<Record<string, unknown>>;

/** Rejects with op.refused for what is no such feed. */
export async function readJsonFeed(body: Buffer, signal: AbortSignal): Promise<Feed> {
  const read = await readJson(body, signal).catch((error: unknown) => {
    throw error instanceof JsonError ? noFeed(error.message) : error;
  });
  const { appliances, feeds, items, icon } = wordsIn(read);
  if (![appliances, feeds, items].some(Array.isArray)) throw noFeed('it has neither appliances, feeds nor items');
  return {
    offers: [...listIn(appliances).map(ownOffer), ...listIn(items).flatMap((item) => itemOffers(item, text(icon)))],
    feeds: listIn(feeds).flatMap(({ url, location = url, provider }) =>
      typeof location === 'string' ? [{ location, provider: text(provider) }] : [],
    ),
  };
}

const noFeed = (why: string): FleetError => new FleetError('op.refused', `it is no feed of appliances: ${why}`);

const wordsIn = (value: unknown): Words =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Words) : {};
const listIn = (value: unknown): readonly Words[] => (Array.isArray(value) ? value.map(wordsIn) : []);
const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

const ownOffer = (words: Words): Offer => ({
  name: text(words['name']),
  title: text(words['title']),
  provider: text(words['provider']),
  version: text(words['version']),
  arch: text(words['arch']),
  description: text(words['description']),
  location: text(words['url'] ?? words['location']),
  size: words['size'],
  unpackedSize: words['unpackedSize'],
  sha256: text(words['sha256']),
  sha512: text(words['sha512']),
  updated: text(words['updated']),
  homepage: text(words['homepage']),
  logo: text(words['logo']),
  pae: words['pae'],
  hvm: words['hvm'],
  application: {
    protocol: words['protocol'],
    port: words['port'],
    path: words['path'],
    'management-protocol': words['managementProtocol'],
    'management-port': words['managementPort'],
  },
});

/** One for each attachment, as each is a file. `icon`: of the whole feed. */
function itemOffers(item: Words, icon: string | undefined): readonly Offer[] {
  const [author] = listIn(item['authors']);
  return listIn(item['attachments']).map((attachment) => ({
    title: text(item['title']),
    provider: text(author?.['name']),
    description: text(item['summary'] ?? item['content_text']),
    location: text(attachment['url']),
    size: attachment['size_in_bytes'],
    updated: text(item['date_modified'] ?? item['date_published']),
    homepage: text(item['url']),
    logo: text(author?.['avatar']) ?? icon,
  }));
}
