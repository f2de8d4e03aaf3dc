/** Reads zip by its directory at the end (APPNOTE.TXT 6.3): stored and deflated files of less than 4 GiB, none encrypted. */
import { crc32, inflateRawSync } from 'node:zlib';
import { FleetError } from '../../../errors.ts';
import {
  readZipListed,
  ZIP_END_BYTES,
  ZIP_METHOD,
  ZIP_MOST_COMMENT,
  type ZipListed,
  zipEndIn,
  zipKindOf,
  zipStartBehind,
} from '../../../zip-header.ts';
import { checkedPath, type Entry, MOST_BYTES, MOST_FILES, refusedEntry, tooLarge, tooMany } from './entries.ts';

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
  const end = zipEndIn(file.subarray(-(ZIP_END_BYTES + ZIP_MOST_COMMENT)));
  if (!end) throw damaged(source);
  if (end.count > MOST_FILES) throw tooMany(source);
  const entries: Entry[] = [];
  let total = 0;
  let at = end.start;
  for (let seen = 0; seen < end.count; seen++) {
    const listed = readZipListed(file, at);
    if (!listed) throw damaged(source);
    const mode = listed.madeOnUnix ? listed.mode : 0;
    const path = checkedPath(source, listed.name);
    const kind = zipKindOf(listed.name, mode);
    if (kind === 'other') throw refusedEntry(source, path, 'is a link, a device node or a named pipe');
    if (kind === 'file') {
      const content = contentOf(source, path, file, listed, MOST_BYTES - total);
      total += content.length;
      entries.push({ path, bytes: content, executable: (mode & 0o100) !== 0 });
    }
    at = listed.next;
  }
  return entries;
}

/** `room`: how many bytes may still come; no more are ever unpacked. */
function contentOf(source: string, path: string, file: Buffer, listed: ZipListed, room: number): Uint8Array {
  const { method, sum, packed, size } = listed;
  if (listed.isEncrypted) throw refusedEntry(source, path, 'is encrypted');
  if (size > room) throw tooLarge(source);
  const start = zipStartBehind(file, listed.local);
  if (start === undefined || start + packed > file.length) throw damaged(source);
  const content = unpacked(source, path, method, file.subarray(start, start + packed), size);
  if (content.length !== size || crc32(content) !== sum) throw damaged(source);
  return content;
}

function unpacked(source: string, path: string, method: number, packed: Buffer, size: number): Uint8Array {
  if (method === ZIP_METHOD.stored) return packed;
  if (method !== ZIP_METHOD.deflated)
    throw refusedEntry(source, path, `is packed in a way that drover does not know (${method})`);
  try {
    // One byte more than what is said would be seen as another size.
    return inflateRawSync(packed, { maxOutputLength: size + 1 });
  } catch {
    throw damaged(source);
  }
}
