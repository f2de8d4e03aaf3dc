/**
 * A small CD image: ISO 9660 (ECMA-119) with a Joliet tree beside it for the names as they are, which Linux, Windows and
 * the BSDs read. One flat folder of a few files, as cloud-init's NoCloud wants it; no Rock Ridge, no boot record.
 */
import { SECTOR, type VolumeTree, volumeDescriptor } from './descriptor.ts';
import { dirDate, type Entry, folderOf } from './folder.ts';
import { isoNames, jolietName } from './names.ts';

export interface IsoFile {
  /** Up to 64 characters of the basic plane, no `/ \ : ; * ?`. */
  readonly name: string;
  readonly content: Uint8Array;
}

export interface IsoOptions {
  /** Volume id, 1 to 16 characters of ASCII: `cidata`. Written as it is, also in lower case, as genisoimage does. */
  readonly label: string;
  readonly files: readonly IsoFile[];
  /** Of the volume and of all its files. */
  readonly date: Date;
}

/** The first 16 sectors are the system's own; then two descriptors and the one that ends them. */
const DESCRIPTORS_AT = 16;
const TABLES_AT = 19;
const FOLDERS_AT = 23;
const sectorsOf = (length: number): number => Math.ceil(length / SECTOR);

/** Throws RangeError for a label or a name that such an image can't have. */
export function writeIso({ label, files, date }: IsoOptions): Buffer {
  if (!/^[\x21-\x7e]{1,16}$/.test(label)) throw new RangeError(`no label of an ISO: ${JSON.stringify(label)}`);
  const names = files.map(({ name }) => name);
  if (new Set(names).size < names.length) throw new RangeError('two files of the same name');
  const stamp = dirDate(date);
  const plain = isoNames(names).map((name) => Buffer.from(name, 'ascii'));
  const joliet = names.map(jolietName);
  // Where a file lies doesn't change how long a folder is.
  const lengthOf = (all: readonly Buffer[]) =>
    folderOf(
      all.map((id) => ({ id, at: 0, length: 0 })),
      0,
      stamp,
    ).length;
  const jolietAt = FOLDERS_AT + sectorsOf(lengthOf(plain));
  let next = jolietAt + sectorsOf(lengthOf(joliet));
  const starts = files.map(({ content }) => {
    const at = next;
    next += sectorsOf(content.length);
    return at;
  });
  const entriesOf = (ids: readonly Buffer[]): readonly Entry[] =>
    files.map(({ content }, i) => ({ id: ids[i] as Buffer, at: starts[i] as number, length: content.length }));
  const plainFolder = folderOf(entriesOf(plain), FOLDERS_AT, stamp);
  const jolietFolder = folderOf(entriesOf(joliet), jolietAt, stamp);

  const image = Buffer.alloc(next * SECTOR);
  const put = (bytes: Uint8Array, sector: number) => image.set(bytes, sector * SECTOR);
  const tree = (folder: Buffer, at: number, tableAt: number): VolumeTree => ({
    root: folder.subarray(0, folder[0]),
    tables: [tableAt, tableAt + 1],
    sectors: next,
    at,
  });
  put(volumeDescriptor(label, date, tree(plainFolder, FOLDERS_AT, TABLES_AT), 'plain'), DESCRIPTORS_AT);
  put(volumeDescriptor(label, date, tree(jolietFolder, jolietAt, TABLES_AT + 2), 'joliet'), DESCRIPTORS_AT + 1);
  put(Buffer.from('\xffCD001\x01', 'latin1'), DESCRIPTORS_AT + 2);
  for (const [i, at] of [FOLDERS_AT, FOLDERS_AT, jolietAt, jolietAt].entries())
    put(pathTable(at, i % 2 === 1), TABLES_AT + i);
  put(plainFolder, FOLDERS_AT);
  put(jolietFolder, jolietAt);
  for (const [i, { content }] of files.entries()) put(content, starts[i] as number);
  return image;
}

/** Of a volume that is only its root: one entry, in the order of bytes that this table has (ECMA-119 9.4). */
function pathTable(rootAt: number, isBigEndian: boolean): Buffer {
  const table = Buffer.alloc(10);
  table[0] = 1;
  if (isBigEndian) table.writeUInt32BE(rootAt, 2);
  else table.writeUInt32LE(rootAt, 2);
  if (isBigEndian) table.writeUInt16BE(1, 6);
  else table.writeUInt16LE(1, 6);
  return table;
}
