/** Reads what writeIso writes, and other CDs with a Joliet tree: the files in their root, by their names. */
import { SECTOR } from './descriptor.ts';

export interface IsoContent {
  readonly label: string;
  readonly files: ReadonlyMap<string, Buffer>;
}

const DESCRIPTORS_AT = 16;
const MOST_DESCRIPTORS = 16;
/** Of a descriptor: the root's record. */
const ROOT_AT = 156;
const HEAD_BYTES = 33;
const FOLDER = 2;

/** Undefined for what is none, or has no Joliet tree, or says what can't be. */
export function readIso(image: Buffer): IsoContent | undefined {
  try {
    for (let at = DESCRIPTORS_AT; at < DESCRIPTORS_AT + MOST_DESCRIPTORS; at += 1) {
      const sector = image.subarray(at * SECTOR, (at + 1) * SECTOR);
      if (sector.length < SECTOR || sector.toString('latin1', 1, 6) !== 'CD001') return undefined;
      if (sector[0] === 2 && /^%\/[@CE]/.test(sector.toString('latin1', 88, 91)))
        return { label: ucs2(sector.subarray(40, 72)).trimEnd(), files: filesIn(image, sector.subarray(ROOT_AT)) };
    }
  } catch (error) {
    // A length or a place that leads out of the image.
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

function filesIn(image: Buffer, root: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  const from = root.readUInt32LE(2) * SECTOR;
  const end = from + root.readUInt32LE(10);
  if (end > image.length) throw new RangeError('a folder behind the end');
  for (let at = from; at < end; ) {
    const length = image.readUInt8(at);
    // No record crosses a sector.
    if (length === 0) at = (Math.floor(at / SECTOR) + 1) * SECTOR;
    else {
      const record = image.subarray(at, at + length);
      if ((record.readUInt8(25) & FOLDER) === 0) {
        const start = record.readUInt32LE(2) * SECTOR;
        const size = record.readUInt32LE(10);
        if (start + size > image.length) throw new RangeError('a file behind the end');
        const name = ucs2(record.subarray(HEAD_BYTES, HEAD_BYTES + record.readUInt8(32)));
        files.set(name.replace(/;\d+$/, ''), image.subarray(start, start + size));
      }
      at += length;
    }
  }
  return files;
}

/** Big endian, as Joliet has it. */
const ucs2 = (bytes: Buffer): string => Buffer.from(bytes).swap16().toString('utf16le');
