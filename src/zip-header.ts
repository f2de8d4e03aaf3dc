/** Records of a zip (APPNOTE.TXT 6.3): the end of its directory, an entry of that, and the header before a file. */

export const ZIP_END_BYTES = 22;
/** A comment may stand behind the end. */
export const ZIP_MOST_COMMENT = 0xffff;
export const ZIP_LOCAL_BYTES = 30;
export const ZIP_METHOD = { stored: 0, deflated: 8 } as const;

const END = 0x06054b50;
const LISTED = 0x02014b50;
const LISTED_BYTES = 46;
const LOCAL = 0x04034b50;
const ENCRYPTED = 1;
const MADE_ON_UNIX = 3;
const FILE_TYPE = 0o170000;
const REGULAR_TYPES: readonly number[] = [0, 0o100000];
const FOLDER_TYPE = 0o040000;

export interface ZipEnd {
  readonly count: number;
  /** Of the directory, in bytes. */
  readonly length: number;
  readonly start: number;
}

/** `tail`: the last bytes of a zip, `ZIP_END_BYTES + ZIP_MOST_COMMENT` or all. Undefined where it has no end. */
export function zipEndIn(tail: Buffer): ZipEnd | undefined {
  for (let at = tail.length - ZIP_END_BYTES; at >= 0; at--)
    if (tail.readUInt32LE(at) === END && tail.readUInt16LE(at + 20) === tail.length - at - ZIP_END_BYTES)
      return {
        count: tail.readUInt16LE(at + 10),
        length: tail.readUInt32LE(at + 12),
        start: tail.readUInt32LE(at + 16),
      };
  return undefined;
}

export interface ZipListed {
  readonly name: string;
  /** Of Unix, in the upper half of the attributes; only of an entry that was made there it means anything. */
  readonly mode: number;
  readonly madeOnUnix: boolean;
  readonly isEncrypted: boolean;
  readonly method: number;
  /** CRC-32 of its unpacked bytes. */
  readonly sum: number;
  readonly packed: number;
  readonly size: number;
  /** Where its header is. */
  readonly local: number;
  /** Where the next entry of the directory is. */
  readonly next: number;
}

/** An entry of the directory. Undefined for what is none; throws a RangeError behind the end. */
export function readZipListed(directory: Buffer, at: number): ZipListed | undefined {
  if (directory.readUInt32LE(at) !== LISTED) return undefined;
  const nameBytes = directory.readUInt16LE(at + 28);
  return {
    name: directory.toString('utf8', at + LISTED_BYTES, at + LISTED_BYTES + nameBytes),
    mode: directory.readUInt32LE(at + 38) >>> 16,
    madeOnUnix: directory[at + 5] === MADE_ON_UNIX,
    isEncrypted: (directory.readUInt16LE(at + 8) & ENCRYPTED) !== 0,
    method: directory.readUInt16LE(at + 10),
    sum: directory.readUInt32LE(at + 16),
    packed: directory.readUInt32LE(at + 20),
    size: directory.readUInt32LE(at + 24),
    local: directory.readUInt32LE(at + 42),
    next: at + LISTED_BYTES + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32),
  };
}

/** By its name and mode: `other` is a link, a device node or a named pipe. */
export function zipKindOf(name: string, mode: number): 'file' | 'folder' | 'other' {
  const type = mode & FILE_TYPE;
  if (type === FOLDER_TYPE || name.endsWith('/')) return 'folder';
  return REGULAR_TYPES.includes(type) ? 'file' : 'other';
}

/** Where the bytes of a file begin, by the header `at`. Undefined for what is none; throws a RangeError behind the end. */
export const zipStartBehind = (bytes: Buffer, at: number): number | undefined =>
  bytes.readUInt32LE(at) === LOCAL
    ? at + ZIP_LOCAL_BYTES + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
    : undefined;
