/** A folder: a list of records, none of which crosses a sector (ECMA-119 9.1). */
import { bothEndian, SECTOR } from './descriptor.ts';

export interface Entry {
  /** As it is written: ASCII, or UCS-2 in a Joliet tree. */
  readonly id: Buffer;
  /** Its first sector, and its bytes. */
  readonly at: number;
  readonly length: number;
}

const HEAD_BYTES = 33;
const FOLDER = 2;
const ITSELF = Buffer.from([0]);
const PARENT = Buffer.from([1]);

/** The root's own folder, at sector `at`: itself, its parent, which is the same, and its files in the order of their ids. */
export function folderOf(entries: readonly Entry[], at: number, date: Buffer): Buffer {
  const files = entries.toSorted((a, b) => Buffer.compare(a.id, b.id)).map((entry) => recordOf(entry, date, 0));
  const heads = (length: number) => [ITSELF, PARENT].map((id) => recordOf({ id, at, length }, date, FOLDER));
  const length = inSectors([...heads(0), ...files]).length;
  return inSectors([...heads(length), ...files]);
}

function inSectors(records: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  let used = 0;
  for (const record of records) {
    if (used + record.length > SECTOR) {
      parts.push(Buffer.alloc(SECTOR - used));
      used = 0;
    }
    parts.push(record);
    used += record.length;
  }
  parts.push(Buffer.alloc(SECTOR - used));
  return Buffer.concat(parts);
}

function recordOf({ id, at, length }: Entry, date: Buffer, flags: number): Buffer {
  const record = Buffer.alloc((HEAD_BYTES + id.length + 1) & ~1);
  record[0] = record.length;
  bothEndian(record, 2, at, 4);
  bothEndian(record, 10, length, 4);
  record.set(date, 18);
  record[25] = flags;
  bothEndian(record, 28, 1, 2);
  record[32] = id.length;
  record.set(id, HEAD_BYTES);
  return record;
}

/** Years since 1900 … seconds, and the offset from UTC, which is none. */
export const dirDate = (date: Date): Buffer =>
  Buffer.from([
    date.getUTCFullYear() - 1900,
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    0,
  ]);
