/** What a zip holds, by its directory at the end (APPNOTE.TXT 6.3): stored and deflated files of less than 4 GiB, none encrypted. */
import { crc32, createInflateRaw } from 'node:zlib';
import { bytesIn, damaged, type Piece, piecesIn, refused, unpackedInto, type Workshop } from './piece.ts';
import { safePath } from './safe-path.ts';

export interface ZipFile {
  readonly name: string;
  /** Unpacked. */
  readonly size: number;
  /** Its bytes in a file of their own. */
  unpack(workshop: Workshop): Promise<Piece>;
}

const END = 0x06054b50;
const END_BYTES = 22;
const MOST_COMMENT = 0xffff;
const LISTED = 0x02014b50;
const LISTED_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const DEFLATED = 8;
/** Of the directory: far more than an appliance's files need. */
const LARGEST_DIRECTORY = 8 * 1024 ** 2;
/** What stands where the number is in a field of Zip64. */
const ELSEWHERE = 0xffffffff;
const FILE_TYPE = 0o170000;
const REGULAR_TYPES: readonly number[] = [0, 0o100000];
const FOLDER_TYPE = 0o040000;

/** Rejects with op.refused as `tarIndex` does. */
export async function zipIndex(zip: Piece): Promise<readonly ZipFile[]> {
  const tail = await bytesIn(zip, Math.max(0, zip.size - END_BYTES - MOST_COMMENT), END_BYTES + MOST_COMMENT);
  const end = endIn(tail, zip);
  const [length, start] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (start === ELSEWHERE) throw refused(zip.name, 'is a Zip64, which drover does not read');
  if (length > LARGEST_DIRECTORY || start + length > zip.size) throw damaged(zip.name);
  const directory = await bytesIn(zip, start, length);
  try {
    return filesIn(zip, directory, tail.readUInt16LE(end + 10));
  } catch (error) {
    // A place that the archive names lies behind its end.
    throw error instanceof RangeError ? damaged(zip.name) : error;
  }
}

function endIn(tail: Buffer, zip: Piece): number {
  for (let at = tail.length - END_BYTES; at >= 0; at--)
    if (tail.readUInt32LE(at) === END && tail.readUInt16LE(at + 20) === tail.length - at - END_BYTES) return at;
  throw damaged(zip.name);
}

function filesIn(zip: Piece, directory: Buffer, count: number): readonly ZipFile[] {
  const files: ZipFile[] = [];
  const names = new Set<string>();
  for (let at = 0, seen = 0; seen < count; seen++) {
    if (directory.readUInt32LE(at) !== LISTED) throw damaged(zip.name);
    const nameBytes = directory.readUInt16LE(at + 28);
    const name = directory.toString('utf8', at + LISTED_BYTES, at + LISTED_BYTES + nameBytes);
    const type = (directory.readUInt32LE(at + 38) >>> 16) & FILE_TYPE;
    const path = safePath(name);
    if (type !== FOLDER_TYPE && !name.endsWith('/')) {
      if (!REGULAR_TYPES.includes(type)) throw refused(path, 'is a link, a device node or a named pipe');
      if (names.has(path)) throw refused(path, 'is there twice');
      names.add(path);
      files.push(fileAt(zip, directory, at, path));
    }
    at += LISTED_BYTES + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return files;
}

function fileAt(zip: Piece, directory: Buffer, at: number, name: string): ZipFile {
  const [flags, method] = [directory.readUInt16LE(at + 8), directory.readUInt16LE(at + 10)];
  const sum = directory.readUInt32LE(at + 16);
  const [packed, size] = [directory.readUInt32LE(at + 20), directory.readUInt32LE(at + 24)];
  const local = directory.readUInt32LE(at + 42);
  return {
    name,
    size,
    async unpack(workshop) {
      if ((flags & 1) !== 0) throw refused(name, 'is encrypted');
      if (method !== 0 && method !== DEFLATED) throw refused(name, `is packed in a way that drover does not know`);
      if ([packed, size, local].includes(ELSEWHERE)) throw refused(name, 'is larger than a zip without Zip64 can have');
      const header = await bytesIn(zip, local, LOCAL_BYTES);
      if (header.length < LOCAL_BYTES || header.readUInt32LE(0) !== LOCAL) throw damaged(zip.name);
      const start = local + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
      if (start + packed > zip.size) throw damaged(zip.name);
      const piece = { path: zip.path, name, at: zip.at + start, size: packed };
      const most = Math.min(workshop.most, size);
      const decoder = method === DEFLATED ? createInflateRaw({ chunkSize: 262_144 }) : undefined;
      const whole = await unpackedInto(piece, decoder, { ...workshop, most });
      let found = 0;
      for await (const part of piecesIn(whole, workshop.signal)) found = crc32(part, found);
      if (whole.size !== size || found !== sum) throw damaged(name);
      return whole;
    },
  };
}
