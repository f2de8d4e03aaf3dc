/** Reading of answers: a server may send anything, and older ones send numbers as text and flags as 0 and 1. */
import { FleetError } from '../../errors.ts';
import { type Bytes, bytes } from '../../units.ts';

export type Row = Readonly<Record<string, unknown>>;

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

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

export function textOf(row: Row, key: string): string | undefined {
  const value = row[key];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(row: Row, key: string): number | undefined {
  const value = row[key];
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export const flagOf = (row: Row, key: string): boolean => {
  const value = row[key];
  return value === true || value === 1 || value === '1';
};

/** Zero for what is missing or absurd: a row must not be lost for it. */
export function bytesOf(row: Row, key: string): Bytes {
  const value = Math.round(numberOf(row, key) ?? 0);
  return bytes(Number.isSafeInteger(value) && value > 0 ? value : 0);
}

/** Undefined for what is missing, negative or absurd. */
export function sizeOf(row: Row, key: string): Bytes | undefined {
  const value = Math.round(numberOf(row, key) ?? Number.NaN);
  return Number.isSafeInteger(value) && value >= 0 ? bytes(value) : undefined;
}
