/** From the file of an appliance to its disk: what is packed is unpacked, layer by layer, by how each begins. */
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { readTarHeader, TAR_BLOCK } from '../../tar-header.ts';
import { type Bytes, bytes } from '../../units.ts';
import { diskFormatOf } from './disk-format.ts';
import { describedBy } from './ovf.ts';
import { bytesIn, type Piece, refused, unpackedInto, type Workshop } from './piece.ts';
import { programDecoder } from './program-decoder.ts';
import { tarIndex } from './tar-index.ts';
import { diskOfVmdk } from './vmdk.ts';
import { diskOfXva, disksOfXva, isXva } from './xva.ts';
import { zipIndex } from './zip-index.ts';

type Format = 'qcow2' | 'raw' | 'iso' | 'ova';

export interface FoundDisk {
  readonly piece: Piece;
  readonly format: Format;
  /** Those behind the first, of an OVA alone: it says their order. */
  readonly more?: readonly { readonly piece: Piece; readonly format: Format }[];
  readonly memory?: Bytes;
  readonly cpus?: number;
  readonly os?: string;
}

/** A disk that is packed, in an archive that is packed. */
const DEEPEST = 4;
const UNPACKED_AT_ONCE = 262_144;
const DISK_NAME = /\.(qcow2|qc2|img|raw|vmdk|iso)(\.(gz|zst|xz|bz2))?$/i;
const BEGINNING = 8;
const PACKINGS = [
  { name: 'gzip', start: '1f8b08', decoder: () => createGunzip({ chunkSize: UNPACKED_AT_ONCE }) },
  { name: 'zstd', start: '28b52ffd', decoder: () => createZstdDecompress({ chunkSize: UNPACKED_AT_ONCE }) },
  { name: 'xz', start: 'fd377a585a00', decoder: (name: string) => programDecoder('xz', name) },
  { name: 'bzip2', start: '425a68', decoder: (name: string) => programDecoder('bzip2', name) },
  { name: '7z', start: '377abcaf271c', decoder: undefined },
] as const;

/** What becomes of an OVA: it is looked at and stays as it is, or it is taken apart to all its disks, or to its only one. */
export type OvaAs = 'whole' | 'all its disks' | 'one disk';

/** Rejects with op.refused for what has no disk, more than can be taken, or could do harm. */
export async function findDisk(piece: Piece, ova: OvaAs, workshop: Workshop, depth = 0): Promise<FoundDisk> {
  if (depth > DEEPEST) throw refused(piece.name, 'is packed deeper than anything that is meant to be unpacked');
  const inner = (next: Piece, most = workshop.most) => findDisk(next, ova, { ...workshop, most }, depth + 1);
  const start = await bytesIn(piece, 0, TAR_BLOCK);
  const beginning = start.toString('hex', 0, BEGINNING);
  const packing = PACKINGS.find((one) => beginning.startsWith(one.start));
  if (packing) {
    const { decoder } = packing;
    if (!decoder) throw refused(piece.name, `is packed by ${packing.name}, which drover does not unpack here`);
    workshop.report(`unpacking ${piece.name}`);
    return inner(await unpackedInto(piece, () => decoder(piece.name), workshop));
  }
  if (start.toString('latin1', 0, 2) === 'PK') return inner(await onlyDiskOfZip(piece, workshop));
  if (start.length === TAR_BLOCK && readTarHeader(start)?.name) return inTar(piece, ova, workshop, inner);
  const format = await diskFormatOf(piece);
  if (format === 'vmdk') return { piece: await diskOfVmdk(piece, workshop), format: 'qcow2' };
  return { piece: await inOwnFile(piece, workshop), format };
}

/** What is sent is a file of its own. */
const inOwnFile = async (piece: Piece, workshop: Workshop): Promise<Piece> =>
  piece.at === 0 ? piece : unpackedInto(piece, undefined, workshop);

async function onlyDiskOfZip(zip: Piece, workshop: Workshop): Promise<Piece> {
  const files = await zipIndex(zip);
  const only = onlyDisk(zip, files, /\.(qcow2|qc2|img|raw|vmdk|iso|ova|xva|tar)(\.(gz|zst|xz|bz2))?$/i);
  workshop.report(`unpacking ${only.name}`);
  return only.unpack(workshop);
}

async function inTar(
  tar: Piece,
  ova: OvaAs,
  workshop: Workshop,
  inner: (next: Piece, most?: number) => Promise<FoundDisk>,
): Promise<FoundDisk> {
  const files = await tarIndex(tar, workshop.signal);
  if (isXva(files)) {
    const disks = [...disksOfXva(files).values()];
    const [chunks = []] = disks;
    if (disks.length !== 1) throw severalDisks(tar, disks.length);
    return { piece: await diskOfXva(chunks, files, workshop), format: 'qcow2' };
  }
  const descriptor = files.find(({ name }) => name.toLowerCase().endsWith('.ovf'));
  if (!descriptor) return inner(onlyDisk(tar, files, DISK_NAME));
  workshop.report(`comparing ${tar.name} with its manifest`);
  const { disks, ...hardware } = await describedBy(descriptor, files, workshop.signal);
  if (ova === 'whole') return { piece: await inOwnFile(tar, workshop), format: 'ova', ...hardware };
  const [first, ...others] = disks;
  if (!first || (others.length > 0 && ova === 'one disk')) throw severalDisks(tar, disks.length);
  const found = await inner(first);
  const more: Pick<FoundDisk, 'piece' | 'format'>[] = [];
  let left = workshop.most - found.piece.size;
  for (const other of others) {
    const { piece, format } = await inner(other, left);
    if (found.format === 'iso' || format === 'iso')
      throw refused(tar.name, 'has an installation medium among its disks');
    more.push({ piece, format });
    left -= piece.size;
  }
  return { ...found, ...(more.length > 0 && { more }), ...hardware };
}

const severalDisks = ({ name }: Piece, count: number) =>
  refused(name, count === 0 ? 'has no disk' : `has ${count} disks: a template of it is made of one`);

function onlyDisk<T extends { readonly name: string }>(archive: Piece, files: readonly T[], disk: RegExp): T {
  const found = files.filter(({ name }) => disk.test(name));
  const [only] = found;
  if (only && found.length === 1) return only;
  throw severalDisks(archive, found.length);
}

/** Bytes that a file system has for a disk, but for what others need. */
export const roomIn = (free: number): Bytes => bytes(Math.max(0, free - 256 * 1024 ** 2));
