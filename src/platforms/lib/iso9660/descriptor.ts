/** The descriptor of a volume, primary or Joliet's supplementary one (ECMA-119 8.4 and 8.5; Joliet is the Unicode of level 3). */

/** Bytes of a sector. */
export const SECTOR = 2048;

export interface VolumeTree {
  /** The root's record, which is the first of its folder. */
  readonly root: Buffer;
  /** Sectors of the path tables, little endian and big endian. */
  readonly tables: readonly [little: number, big: number];
  /** Of the whole volume. */
  readonly sectors: number;
  /** Sector of the root's folder. */
  readonly at: number;
}

/** Bytes of a path table with the root alone. */
const TABLE_BYTES = 10;
const SPACES = { plain: Buffer.from(' '), joliet: Buffer.from([0, 0x20]) } as const;

/** A number in both orders of bytes, as ISO 9660 has most of them. */
export function bothEndian(target: Buffer, at: number, value: number, bytes: 2 | 4): void {
  target.writeUIntLE(value, at, bytes);
  target.writeUIntBE(value, at + bytes, bytes);
}

/** UCS-2, big endian. */
export const ucs2 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

export function volumeDescriptor(label: string, date: Date, tree: VolumeTree, kind: 'plain' | 'joliet'): Buffer {
  const sector = Buffer.alloc(SECTOR);
  const blank = (from: number, to: number) => sector.fill(SPACES[kind], from, to);
  sector[0] = kind === 'plain' ? 1 : 2;
  sector.write('CD001', 1, 'ascii');
  sector[6] = 1;
  blank(8, 72);
  sector.set(kind === 'plain' ? Buffer.from(label, 'ascii') : ucs2(label), 40);
  bothEndian(sector, 80, tree.sectors, 4);
  if (kind === 'joliet') sector.write('%/E', 88, 'ascii');
  // one volume, and the first
  bothEndian(sector, 120, 1, 2);
  bothEndian(sector, 124, 1, 2);
  bothEndian(sector, 128, SECTOR, 2);
  bothEndian(sector, 132, TABLE_BYTES, 4);
  sector.writeUInt32LE(tree.tables[0], 140);
  sector.writeUInt32BE(tree.tables[1], 148);
  sector.set(tree.root, 156);
  // who made it, of what, and names of files that say more: nothing
  blank(190, 702);
  blank(702, 813);
  for (const at of [813, 830]) sector.set(longDate(date), at);
  for (const at of [847, 864]) sector.fill('0', at, at + 16);
  sector[881] = 1;
  return sector;
}

/** `2026112908300000` in UTC, and a byte that says so. */
const longDate = (date: Date): Buffer =>
  Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(0, 14)}00\0`, 'latin1');
