/** Reading of answers: a server may send anything, and leaves out what a policy hides. */
import { FleetError } from '../../errors.ts';
import { type Bytes, bytes } from '../../units.ts';

export type Row = Readonly<Record<string, unknown>>;

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Throws host.protocol when it is no object. */
export function asRow(value: unknown, what: string): Row {
  if (isRow(value)) return value;
  throw new FleetError('host.protocol', `${what}: the server sent no object`);
}

/** Throws host.protocol when it is no list of objects. */
export function asRows(value: unknown, what: string): readonly Row[] {
  if (Array.isArray(value) && value.every(isRow)) return value;
  throw new FleetError('host.protocol', `${what}: the server sent no list of objects`);
}

/** An object below, empty where there is none. */
export const rowIn = (row: Row, key: string): Row => {
  const value = row[key];
  return isRow(value) ? value : {};
};

/** The objects of a list below, none where there is no list. */
export const rowsIn = (row: Row, key: string): readonly Row[] => {
  const value = row[key];
  return Array.isArray(value) ? value.filter(isRow) : [];
};

/** Undefined for an empty text too: nova says '' for what is not there. */
export function textOf(row: Row, key: string): string | undefined {
  const value = row[key];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(row: Row, key: string): number | undefined {
  const value = row[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** So many of these units, in bytes; undefined for what is no size. */
export function bytesOf(row: Row, key: string, unit: Bytes): Bytes | undefined {
  const value = Math.round((numberOf(row, key) ?? Number.NaN) * unit);
  return Number.isSafeInteger(value) && value >= 0 ? bytes(value) : undefined;
}

export const textsIn = (row: Row, key: string): readonly string[] => {
  const value = row[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
};

/** Epoch, ms. Nova leaves the `Z` away where it tells microseconds; everything it says is UTC. */
export function timeOf(row: Row, key: string): number | undefined {
  const text = textOf(row, key);
  if (text === undefined) return undefined;
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : time;
}
