/** The catalogs of the configuration, fetched into a cache that serves when they do not answer. */
import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import { FleetError, sentence } from '../errors.ts';
import { within } from '../platforms/transport/deadline.ts';
import { get } from '../platforms/transport/http/get.ts';
import type { Appliance, ApplianceCatalog, CatalogReading } from '../state/appliances/appliance.ts';
import { replaceFile, versionOf } from '../state/config/replace-file.ts';
import { fileTrouble } from '../state/files/file-trouble.ts';
import { makeOwnFolder } from '../state/files/own-folder.ts';
import { type Feed, readJsonFeed } from './feed/json-feed.ts';
import { applianceOf, type Offer, withOwnNames } from './feed/offer.ts';
import { readXmlFeed } from './feed/xml-feed.ts';

const DAY_MS = 86_400_000;
/** For a catalog with all its feeds. */
const CATALOG_MS = 60_000;
const LARGEST_FEED = 16 * 1024 ** 2;
const MOST_FEEDS = 32;
const MOST_APPLIANCES = 10_000;
/** Of what a catalog has wrong; the rest is counted. */
const MOST_TOLD = 5;

export interface CatalogsOptions {
  /** Where catalogs are kept. */
  readonly folder: string;
  readonly clock: Clock;
}

/** What is kept of a catalog. */
interface Kept {
  readonly location: string;
  readonly fetchedAt: number;
  readonly appliances: readonly Appliance[];
  readonly troubles: readonly string[];
}

/** As `Appliances.read` says, of one catalog. */
export async function readCatalog(
  catalog: ApplianceCatalog,
  when: 'usual' | 'now' | 'kept',
  { folder, clock }: CatalogsOptions,
  signal: AbortSignal,
): Promise<CatalogReading> {
  const file = join(folder, `${catalog.name}.json`);
  const kept = await keptIn(file, catalog);
  const isFresh = kept !== undefined && clock.now() - kept.fetchedAt < DAY_MS && !isAbsolute(catalog.location);
  if (when === 'kept' || (when === 'usual' && isFresh)) return reading(catalog, kept, []);
  const late = () => new FleetError('host.unreachable', `no answer within ${CATALOG_MS / 1000} s`);
  try {
    const read = await within(CATALOG_MS, { clock, signal }, late, (deadline) =>
      fetchCatalog(catalog, clock, deadline.signal),
    );
    const now: Kept = { location: catalog.location, fetchedAt: clock.now(), ...read };
    const unkept = await keep(file, folder, now);
    return reading(catalog, now, unkept === undefined ? [] : [unkept]);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!(error instanceof FleetError)) throw error;
    return reading(catalog, kept, [sentence(error)]);
  }
}

const reading = (catalog: ApplianceCatalog, kept: Kept | undefined, more: readonly string[]): CatalogReading => ({
  catalog,
  // Its authority is that of the configuration now.
  appliances: (kept?.appliances ?? []).map(({ ca: _, ...one }) => ({ ...one, ...(catalog.ca && { ca: catalog.ca }) })),
  fetchedAt: kept?.fetchedAt,
  troubles: [...more, ...(kept?.troubles ?? [])],
});

/** What was kept of the same address; drover wrote it, but anything may have happened to it since. */
async function keptIn(file: string, { location }: ApplianceCatalog): Promise<Kept | undefined> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as Kept;
    const isWhole = Array.isArray(kept.appliances) && Array.isArray(kept.troubles) && Number.isFinite(kept.fetchedAt);
    return isWhole && kept.location === location ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** Why it could not be kept: the list is there all the same. */
async function keep(file: string, folder: string, kept: Kept): Promise<string | undefined> {
  try {
    await makeOwnFolder(folder);
    await replaceFile(file, JSON.stringify(kept), { secret: false, basedOn: await versionOf(file) });
    return undefined;
  } catch (error) {
    return `it can't be kept in ${folder}: ${fileTrouble(error)}`;
  }
}

async function fetchCatalog(
  catalog: ApplianceCatalog,
  clock: Clock,
  signal: AbortSignal,
): Promise<Pick<Kept, 'appliances' | 'troubles'>> {
  const first = await feedAt(catalog, clock, signal);
  const troubles: string[] = [];
  const found: (Appliance | string)[] = first.offers.map((offer) => applianceOf(offer, catalog));
  if (first.feeds.length > MOST_FEEDS) troubles.push(`of its ${first.feeds.length} feeds ${MOST_FEEDS} are read`);
  for (const { location, provider } of first.feeds.slice(0, MOST_FEEDS)) {
    try {
      const own = { ...catalog, location: below(catalog.location, location) };
      const { offers } = await feedAt(own, clock, signal);
      const named = (offer: Offer): Offer => (provider === undefined ? offer : { ...offer, provider });
      found.push(...offers.map((offer) => applianceOf(named(offer), own)));
    } catch (error) {
      if (signal.aborted || !(error instanceof FleetError)) throw error;
      troubles.push(sentence(error));
    }
  }
  const wrong = found.filter((one) => typeof one === 'string');
  const right = found.filter((one) => typeof one !== 'string');
  if (right.length > MOST_APPLIANCES) troubles.push(`of its ${right.length} appliances ${MOST_APPLIANCES} are shown`);
  troubles.push(...wrong.slice(0, MOST_TOLD));
  if (wrong.length > MOST_TOLD) troubles.push(`${wrong.length - MOST_TOLD} more of its entries can't be used`);
  return { appliances: withOwnNames(right.slice(0, MOST_APPLIANCES)), troubles };
}

/** A catalog from the web names no file of this machine. */
function below(from: string, location: string): string {
  const url = URL.parse(location, isAbsolute(from) ? undefined : from);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href;
  if (isAbsolute(from) && !url) return resolve(from, '..', location);
  throw new FleetError('op.refused', `the feed ${JSON.stringify(location.slice(0, 200))} has no http or https address`);
}

async function feedAt({ location, ca }: ApplianceCatalog, clock: Clock, signal: AbortSignal): Promise<Feed> {
  const body = isAbsolute(location)
    ? await fileAt(location)
    : await get(location, { clock, signal, ca, plainAllowed: false }, (length, pieces) =>
        whole(location, length, pieces),
      );
  const [first] = body
    .toString('latin1', 0, 64)
    .trimStart()
    .replace(/^\u00ef\u00bb\u00bf/, '');
  if (first === '{') return readJsonFeed(body, signal);
  if (first === '<') return readXmlFeed(body, signal);
  throw new FleetError('op.refused', `${location} is no feed of appliances: it is neither JSON nor XML`);
}

async function whole(location: string, length: number | undefined, pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const tooLarge = () => new FleetError('op.refused', `${location} is larger than any catalog`);
  if ((length ?? 0) > LARGEST_FEED) throw tooLarge();
  const all: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > LARGEST_FEED) throw tooLarge();
    all.push(piece);
  }
  return Buffer.concat(all);
}

async function fileAt(path: string): Promise<Buffer> {
  try {
    // Without waiting for the writer of a named pipe.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile()) throw new FleetError('op.refused', `${path} is no file`);
      if (found.size > LARGEST_FEED) throw new FleetError('op.refused', `${path} is larger than any catalog`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof FleetError) throw error;
    throw new FleetError('op.refused', `${path} can't be read: ${fileTrouble(error)}`, { cause: error });
  }
}
