/** Numbers that carry their unit in the type. Conversions happen in the line that reads a wire value, never later. */
declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]: Name };

/** A size or an amount of memory, in bytes. */
export type Bytes = Unit<'bytes'>;

/** Throws RangeError for anything that is not a safe, non-negative integer. */
export function bytes(value: number): Bytes {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a byte count: ${value}`);
  return value as Bytes;
}
/** NaN, for a size that the host does not report: shown as `-`. */
export const UNKNOWN_SIZE = Number.NaN as Bytes;
export const kib = (value: number): Bytes => bytes(value * 1024);
export const mib = (value: number): Bytes => bytes(value * 1024 ** 2);
export const gib = (value: number): Bytes => bytes(value * 1024 ** 3);

const SUFFIXES = ['B', 'K', 'M', 'G', 'T', 'P'] as const;

/** Four columns at most, for tables: `512M`, `8.0G`, `16G`; unknown is `-`. */
export function formatBytes(value: number): string {
  if (!Number.isFinite(value)) return '-';
  let amount = value;
  let power = 0;
  // 999.5 is a thousand once it is rounded, and that has a column too many
  while (amount >= 999.5 && power < SUFFIXES.length - 1) {
    amount /= 1024;
    power++;
  }
  const digits = power > 0 && amount < 9.95 ? amount.toFixed(1) : String(Math.round(amount));
  return `${digits}${SUFFIXES[power]}`;
}

/** `8`; unknown is `-`. */
export const formatCount = (value: number): string => (Number.isFinite(value) ? String(value) : '-');

/** Whole percent, at most `100%`; unknown is `-`. */
export const formatRatio = (value: number): string =>
  Number.isFinite(value) ? `${Math.round(Math.min(1, value) * 100)}%` : '-';

/** Seconds as the two largest units, seven columns at most: `3d4h`, `4h12m`, `12m`, `45s`; unknown is `-`. */
export function formatAge(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-';
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days >= 100) return `${days}d`;
  if (days > 0) return `${days}d${hours % 24}h`;
  if (hours > 0) return `${hours}h${minutes % 60}m`;
  return minutes > 0 ? `${minutes}m` : `${Math.floor(seconds)}s`;
}

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  p: 1024 ** 5,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  pb: 1e15,
};

const SIZE = /^\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?b)?\s*$/i;

/** Whether it is a size, but of more bytes than can be counted here: 8192 TiB and more. */
export const isTooLarge = (text: string): boolean => SIZE.test(text) && parseBytes(text) === undefined;

/**
 * Reads what people type and what drover prints: `4GiB`, `4G`, `4096 MiB`, `2.5g`; a number without a unit counts bytes, as
 * in JSON. GB, MB … are decimal. Undefined when it is no size.
 */
export function parseBytes(text: string): Bytes | undefined {
  const match = SIZE.exec(text);
  if (!match) return undefined;
  const [, digits = '', prefix = '', tail = ''] = match;
  const suffix = `${prefix}${tail.toLowerCase() === 'b' ? 'b' : ''}`.toLowerCase();
  const factor = FACTORS[suffix] ?? Number.NaN;
  const value = Math.round(Number(digits) * factor);
  return Number.isSafeInteger(value) ? bytes(value) : undefined;
}

/** The exact value in the largest unit that divides it, for forms and files: `4GiB`, `1536MiB`. */
export function spellBytes(value: Bytes): string {
  for (const [name, size] of [
    ['TiB', 1024 ** 4],
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const) {
    if (value >= size && value % size === 0) return `${value / size}${name}`;
  }
  return `${value}B`;
}

const SMALLEST_BARE = mib(64);

/**
 * Whether this is a number without a unit that is too small to be meant in bytes: `8` or `2048` for an amount of memory is
 * most likely GiB or MiB, as other tools take it. 0 needs no unit.
 */
export function lacksUnit(text: string): boolean {
  const number = text.trim();
  return /^\d+(\.\d+)?$/.test(number) && Number(number) !== 0 && Number(number) < SMALLEST_BARE;
}
