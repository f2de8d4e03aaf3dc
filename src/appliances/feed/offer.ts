/** What a feed offers, from words that strangers wrote to an appliance that can be shown and imported. */
import { isAbsolute, resolve } from 'node:path';
import { plainLine } from '../../platforms/transport/http/wire.ts';
import type { Appliance, ApplianceCatalog } from '../../state/appliances/appliance.ts';
import { detailsIn } from '../../state/appliances/application.ts';
import { bytes } from '../../units.ts';

/** As it stands in the feed; undefined for what it does not say. */
export interface Offer {
  readonly name?: string | undefined;
  readonly title?: string | undefined;
  readonly provider?: string | undefined;
  readonly version?: string | undefined;
  readonly arch?: string | undefined;
  readonly description?: string | undefined;
  readonly location?: string | undefined;
  readonly size?: unknown;
  readonly unpackedSize?: unknown;
  readonly sha256?: string | undefined;
  readonly sha512?: string | undefined;
  readonly updated?: string | undefined;
  readonly homepage?: string | undefined;
  /** Of its provider. */
  readonly logo?: string | undefined;
  /** Whether its kernel has PAE, and whether it needs full virtualization: `true`, `yes`, `1`, or what JSON has. */
  readonly pae?: unknown;
  readonly hvm?: unknown;
  /** Where its application is in a VM, by the keys of ApplicationDetails. */
  readonly application?: Readonly<Record<string, unknown>>;
}

const LONGEST_NAME = 48;
const LONGEST_WORD = 60;
const LONGEST_TITLE = 120;
const LONGEST_DESCRIPTION = 2_000;
const LONGEST_LOCATION = 2_000;

/** What other tools call the same machines. ConVirt's feeds say x86_32. */
const ARCHES: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  x86_64: 'x86_64',
  'x86-64': 'x86_64',
  arm64: 'aarch64',
  aarch64: 'aarch64',
  x86_32: 'x86',
  i386: 'x86',
  i686: 'x86',
  x86: 'x86',
};

/** The appliance, or why it can't be used: a sentence without a full stop. */
export function applianceOf(offer: Offer, catalog: ApplianceCatalog): Appliance | string {
  const title = plainLine(offer.title ?? offer.name ?? '', LONGEST_TITLE);
  const name = nameOf(offer.name ?? '') || nameOf(title);
  if (name === '') return 'an entry without a name is left out';
  const location = locationOf(offer.location ?? '', catalog);
  if (location === undefined) return `${name}: it has no address that it could be fetched from`;
  const [size, unpackedSize] = [sizeOf(offer.size), sizeOf(offer.unpackedSize)];
  if (size === null || unpackedSize === null) return `${name}: its size is no number of bytes`;
  const checksum = checksumOf(offer);
  if (checksum === null) return `${name}: its checksum is none`;
  const application = detailsIn((key) => (key === 'host' ? undefined : offer.application?.[key]));
  if (typeof application === 'string') return `${name}: its ${application}`;
  const arch = plainLine(offer.arch ?? '', LONGEST_WORD).toLowerCase();
  const updated = offer.updated === undefined ? Number.NaN : Date.parse(offer.updated);
  const [homepage, logo] = [webAddress(offer.homepage), webAddress(offer.logo, catalog.location)];
  const [pae, hvm] = [truthOf(offer.pae), truthOf(offer.hvm)];
  return {
    catalog: catalog.name,
    name,
    title: title || name,
    provider: plainLine(offer.provider ?? '', LONGEST_WORD),
    version: plainLine(offer.version ?? '', LONGEST_WORD),
    arch: Object.hasOwn(ARCHES, arch) ? (ARCHES[arch] ?? arch) : arch,
    description: plainLine(withoutTags(offer.description ?? ''), LONGEST_DESCRIPTION),
    location,
    ...(size !== undefined && { size }),
    ...(unpackedSize !== undefined && { unpackedSize }),
    ...(checksum !== undefined && { checksum }),
    ...(Number.isFinite(updated) && { updated: new Date(updated).toISOString() }),
    ...(homepage !== undefined && { homepage }),
    ...(logo !== undefined && { logo }),
    ...(pae !== undefined && { pae }),
    ...(hvm !== undefined && { hvm }),
    ...(Object.keys(application).length > 0 && { application }),
    ...(catalog.ca !== undefined && { ca: catalog.ca }),
  };
}

/** Two of one name get numbers, so that each can be named. */
export function withOwnNames(all: readonly Appliance[]): readonly Appliance[] {
  const taken = new Set<string>();
  return all.map((one) => {
    let name = one.name;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${one.name}-${number}`;
    taken.add(name.toLowerCase());
    return { ...one, name };
  });
}

/** Letters, digits and `-` alone, as templates, images and files can be called. */
const nameOf = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, LONGEST_NAME)
    .replace(/-+$/, '');

/** A feed from the web leads into the web alone; one from this machine may name files beside it. */
function locationOf(text: string, { location: from }: ApplianceCatalog): string | undefined {
  if (text === '' || text.length > LONGEST_LOCATION || /[\p{Cc}\s]/u.test(text.trim())) return undefined;
  const isFile = isAbsolute(from);
  const url = URL.parse(text.trim(), isFile ? undefined : from);
  if (url) return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
  return isFile ? resolve(from, '..', text.trim()) : undefined;
}

/** `from`: the feed that says it, which it may be relative to. Undefined for what no browser should be led to. */
function webAddress(text: string | undefined, from?: string): string | undefined {
  const url = text && URL.parse(text.trim(), from !== undefined && !isAbsolute(from) ? from : undefined);
  return url && /^https?:$/.test(url.protocol) ? plainLine(url.href, LONGEST_LOCATION) : undefined;
}

/** Undefined for what is neither yes nor no: a catalog that is not understood says nothing. */
function truthOf(value: unknown): boolean | undefined {
  if (!['boolean', 'string', 'number'].includes(typeof value)) return undefined;
  const word = String(value).trim().toLowerCase();
  if (['true', 'yes', '1'].includes(word)) return true;
  return ['false', 'no', '0'].includes(word) ? false : undefined;
}

/** Null for what is no size. */
function sizeOf(value: unknown): ReturnType<typeof bytes> | undefined | null {
  if (value === undefined || value === null || value === '' || value === 0 || value === '0') return undefined;
  const size = typeof value === 'number' ? value : typeof value === 'string' ? Number(value.trim()) : Number.NaN;
  return Number.isSafeInteger(size) && size > 0 ? bytes(size) : null;
}

function checksumOf({ sha256, sha512 }: Offer): string | undefined | null {
  const [algorithm, digest] = sha512 === undefined ? (['sha256', sha256] as const) : (['sha512', sha512] as const);
  if (digest === undefined) return undefined;
  const hex = digest.trim().toLowerCase();
  return /^[0-9a-f]+$/.test(hex) && hex.length === (algorithm === 'sha256' ? 64 : 128) ? `${algorithm}:${hex}` : null;
}

const withoutTags = (text: string): string => text.slice(0, LONGEST_DESCRIPTION * 8).replace(/<[^<>]{0,500}>/g, ' ');
