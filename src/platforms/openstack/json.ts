/** What OpenStack's answers hold: numbers are numbers. */
import type { Bytes } from '../../units.ts';
import { isRow, type Row, sizeFrom, textOf } from '../lib/json.ts';

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

export function numberOf(row: Row, key: string): number | undefined {
  const value = row[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** So many of these units, in bytes; undefined for what is no size. */
export const bytesOf = (row: Row, key: string, unit: Bytes): Bytes | undefined => sizeFrom(numberOf(row, key), unit);

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
