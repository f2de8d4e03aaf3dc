/** Reads zip by its directory at the end (APPNOTE.TXT 6.3): stored and deflated files of less than 4 GiB, none encrypted. */
import { crc32, inflateRawSync } from 'node:zlib';
import { FleetError } from '../../../errors.ts';
import { checkedPath, type Entry, MOST_BYTES, MOST_FILES, refusedEntry, tooLarge, tooMany } from './entries.ts';

const END = 0x06054b50;
const END_BYTES = 22;
const MOST_COMMENT = 0xffff;
const LISTED = 0x02014b50;
const LISTED_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const MADE_ON_UNIX = 3;
const FILE_TYPE = 0o170000;
const REGULAR_TYPES: readonly number[] = [0, 0o100000];
const FOLDER_TYPE = 0o040000;

const damaged = (source: string) =>
  new FleetError('op.refused', `${source} is cut short or damaged; nothing was written`);

/** Throws op.refused for all that is no regular file or folder, for paths that lead elsewhere, and for what is damaged. */
export function readZip(source: string, bytes: Uint8Array): readonly Entry[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return entriesIn(source, file);
  } catch (error) {
    // A place that the archive names lies behind its end.
    if (error instanceof RangeError) throw damaged(source);
    throw error;
  }
}

function entriesIn(source: string, file: Buffer): readonly Entry[] {
  const end = endOf(source, file);
  const count = file.readUInt16LE(end + 10);
  if (count > MOST_FILES) throw tooMany(source);
  const entries: Entry[] = [];
  let total = 0;
  let at = file.readUInt32LE(end + 16);
  for (let seen = 0; seen < count; seen++) {
    if (file.readUInt32LE(at) !== LISTED) throw damaged(source);
    const nameBytes = file.readUInt16LE(at + 28);
    const name = file.subarray(at + LISTED_BYTES, at + LISTED_BYTES + nameBytes).toString('utf8');
    const mode = file[at + 5] === MADE_ON_UNIX ? file.readUInt32LE(at + 38) >>> 16 : 0;
    const type = mode & FILE_TYPE;
    const path = checkedPath(source, name);
    if (type !== FOLDER_TYPE && !name.endsWith('/')) {
      if (!REGULAR_TYPES.includes(type)) throw refusedEntry(source, path, 'is a link, a device node or a named pipe');
      const content = contentOf(source, path, file, at, MOST_BYTES - total);
      total += content.length;
      entries.push({ path, bytes: content, executable: (mode & 0o100) !== 0 });
    }
    at += LISTED_BYTES + nameBytes + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
  }
  return entries;
}

/** Where the record at the end begins; a comment may stand behind it. */
function endOf(source: string, file: Buffer): number {
  for (let at = file.length - END_BYTES; at >= Math.max(0, file.length - END_BYTES - MOST_COMMENT); at--)
    if (file.readUInt32LE(at) === END && file.readUInt16LE(at + 20) === file.length - at - END_BYTES) return at;
  throw damaged(source);
}

/** `room`: how many bytes may still come; no more are ever unpacked. */
function contentOf(source: string, path: string, file: Buffer, listed: number, room: number): Uint8Array {
  const [flags, method] = [file.readUInt16LE(listed + 8), file.readUInt16LE(listed + 10)];
  const [sum, packed, size] = [16, 20, 24].map((at) => file.readUInt32LE(listed + at)) as [number, number, number];
  if ((flags & ENCRYPTED) !== 0) throw refusedEntry(source, path, 'is encrypted');
  if (size > room) throw tooLarge(source);
  const local = file.readUInt32LE(listed + 42);
  if (file.readUInt32LE(local) !== LOCAL) throw damaged(source);
  const start = local + LOCAL_BYTES + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
  if (start + packed > file.length) throw damaged(source);
  const content = unpacked(source, path, method, file.subarray(start, start + packed), size);
  if (content.length !== size || crc32(content) !== sum) throw damaged(source);
  return content;
}

function unpacked(source: string, path: string, method: number, packed: Buffer, size: number): Uint8Array {
  if (method === STORED) return packed;
  if (method !== DEFLATED) throw refusedEntry(source, path, `is packed in a way that drover does not know (${method})`);
  try {
    // One byte more than what is said would be seen as another size.
    return inflateRawSync(packed, { maxOutputLength: size + 1 });
  } catch {
    throw damaged(source);
  }
}
