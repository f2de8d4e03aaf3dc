/** What a zip holds, by its directory at the end (APPNOTE.TXT 6.3): stored and deflated files of less than 4 GiB, none encrypted. */
import { crc32, createInflateRaw } from 'node:zlib';
import {
  readZipListed,
  ZIP_END_BYTES,
  ZIP_LOCAL_BYTES,
  ZIP_METHOD,
  ZIP_MOST_COMMENT,
  type ZipListed,
  zipEndIn,
  zipKindOf,
  zipStartBehind,
} from '../../zip-header.ts';
import { bytesIn, damaged, type Piece, piecesIn, refused, unpackedInto, type Workshop } from './piece.ts';
import { safePath } from './safe-path.ts';

export interface ZipFile {
  readonly name: string;
  /** Unpacked. */
  readonly size: number;
  /** Its bytes in a file of their own. */
  unpack(workshop: Workshop): Promise<Piece>;
}

/** Of the directory: far more than an appliance's files need. */
const LARGEST_DIRECTORY = 8 * 1024 ** 2;
/** What stands where the number is in a field of Zip64. */
const ELSEWHERE = 0xffffffff;

/** Rejects with op.refused as `tarIndex` does. */
export async function zipIndex(zip: Piece): Promise<readonly ZipFile[]> {
  const room = ZIP_END_BYTES + ZIP_MOST_COMMENT;
  const end = zipEndIn(await bytesIn(zip, Math.max(0, zip.size - room), room));
  if (!end) throw damaged(zip.name);
  const { length, start } = end;
  if (start === ELSEWHERE) throw refused(zip.name, 'is a Zip64, which drover does not read');
  if (length > LARGEST_DIRECTORY || start + length > zip.size) throw damaged(zip.name);
  const directory = await bytesIn(zip, start, length);
  try {
    return filesIn(zip, directory, end.count);
  } catch (error) {
    // A place that the archive names lies behind its end.
    throw error instanceof RangeError ? damaged(zip.name) : error;
  }
}

function filesIn(zip: Piece, directory: Buffer, count: number): readonly ZipFile[] {
  const files: ZipFile[] = [];
  const names = new Set<string>();
  for (let at = 0, seen = 0; seen < count; seen++) {
    const listed = readZipListed(directory, at);
    if (!listed) throw damaged(zip.name);
    const path = safePath(listed.name);
    const kind = zipKindOf(listed.name, listed.mode);
    if (kind === 'other') throw refused(path, 'is a link, a device node or a named pipe');
    if (kind === 'file') {
      if (names.has(path)) throw refused(path, 'is there twice');
      names.add(path);
      files.push(fileOf(zip, listed, path));
    }
    at = listed.next;
  }
  return files;
}

function fileOf(zip: Piece, listed: ZipListed, name: string): ZipFile {
  const { isEncrypted, method, sum, packed, size, local } = listed;
  const isDeflated = method === ZIP_METHOD.deflated;
  return {
    name,
    size,
    async unpack(workshop) {
      if (isEncrypted) throw refused(name, 'is encrypted');
      if (method !== ZIP_METHOD.stored && !isDeflated)
        throw refused(name, `is packed in a way that drover does not know`);
      if ([packed, size, local].includes(ELSEWHERE)) throw refused(name, 'is larger than a zip without Zip64 can have');
      const header = await bytesIn(zip, local, ZIP_LOCAL_BYTES);
      const behind = header.length < ZIP_LOCAL_BYTES ? undefined : zipStartBehind(header, 0);
      if (behind === undefined || local + behind + packed > zip.size) throw damaged(zip.name);
      const piece = { path: zip.path, name, at: zip.at + local + behind, size: packed };
      const most = Math.min(workshop.most, size);
      const decoder = isDeflated ? () => createInflateRaw({ chunkSize: 262_144 }) : undefined;
      const whole = await unpackedInto(piece, decoder, { ...workshop, most });
      let found = 0;
      for await (const part of piecesIn(whole, workshop.signal)) found = crc32(part, found);
      if (whole.size !== size || found !== sum) throw damaged(name);
      return whole;
    },
  };
}
