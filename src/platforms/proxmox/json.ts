/** What Proxmox VE's answers hold: older servers send numbers as text and flags as 0 and 1. */
import { type Bytes, bytes } from '../../units.ts';
import { type Row, sizeFrom } from '../lib/json.ts';

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
export const bytesOf = (row: Row, key: string): Bytes => sizeOf(row, key) || bytes(0);

/** Undefined for what is missing, negative or absurd. */
export const sizeOf = (row: Row, key: string): Bytes | undefined => sizeFrom(numberOf(row, key));
