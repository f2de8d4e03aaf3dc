/** Reading of answers in JSON: a server may send anything, and leaves out what its policy hides. */
import { FleetError } from '../../errors.ts';
import { type Bytes, bytes } from '../../units.ts';

export type Row = Readonly<Record<string, unknown>>;

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Throws host.protocol, with `what` was asked for, when it is no object. */
export function asRow(value: unknown, what: string): Row {
  if (isRow(value)) return value;
  throw new FleetError('host.protocol', `${what}: the server sent no object`);
}

/** Throws host.protocol, with `what` was asked for, when it is no list of objects. */
export function asRows(value: unknown, what: string): readonly Row[] {
  if (Array.isArray(value) && value.every(isRow)) return value;
  throw new FleetError('host.protocol', `${what}: the server sent no list of objects`);
}

/** A text, or a number as text; undefined for an empty text too, which servers send for what is not there. */
export function textOf(row: Row, key: string): string | undefined {
  const value = row[key];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** So many of these units, rounded to whole bytes; undefined for what is missing, negative or absurd. */
export function sizeFrom(count: number | undefined, unit = 1): Bytes | undefined {
  const value = Math.round((count ?? Number.NaN) * unit);
  return Number.isSafeInteger(value) && value >= 0 ? bytes(value) : undefined;
}
