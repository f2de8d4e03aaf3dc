/**
 * The disk of an XVA, which XenServer and XCP-ng export: a tar with ova.xml, and each disk as files of one MiB in a folder `Ref:N`.
 * Those of zeros are left out, but for the last. Behind each stands its SHA-1, in newer exports an xxHash.
 */
import { createHash } from 'node:crypto';
import { bytesIn, damaged, type Piece, refused, type Workshop } from './piece.ts';
import { writeQcow2 } from './write-qcow2.ts';

const CHUNK = 1024 ** 2;
const NAME = /^(Ref:\d+)\/(\d{8,10})$/;
const SHA1 = /^[0-9a-f]{40}/i;

export const isXva = (files: readonly Piece[]): boolean => files.some(({ name }) => name === 'ova.xml');

/** One for each disk, each by its chunks. */
export function disksOfXva(files: readonly Piece[]): ReadonlyMap<string, readonly Piece[]> {
  const disks = new Map<string, Piece[]>();
  for (const file of files) {
    const [, disk] = NAME.exec(file.name) ?? [];
    if (disk === undefined) continue;
    const chunks = disks.get(disk);
    if (chunks) chunks.push(file);
    else disks.set(disk, [file]);
  }
  return disks;
}

/** As a qcow2. Rejects with op.refused for a chunk that is not what is written behind it. */
export async function diskOfXva(chunks: readonly Piece[], files: readonly Piece[], workshop: Workshop): Promise<Piece> {
  const { signal, report } = workshop;
  const sums = new Map(files.filter(({ name }) => name.endsWith('.checksum')).map((one) => [one.name, one]));
  const numbered = chunks.map((piece) => ({ piece, at: Number(NAME.exec(piece.name)?.[2]) * CHUNK }));
  const size = numbered.reduce((most, { piece, at }) => Math.max(most, at + piece.size), 0);
  const [name = 'the disk'] = chunks.map((one) => one.name);
  return writeQcow2(name, size, workshop, async (to) => {
    for (const [done, { piece, at }] of numbered.entries()) {
      signal.throwIfAborted();
      if (piece.size > CHUNK) throw damaged(piece.name);
      const part = await bytesIn(piece, 0, piece.size);
      const sum = sums.get(`${piece.name}.checksum`);
      const said = sum && SHA1.exec((await bytesIn(sum, 0, 64)).toString('latin1'))?.[0]?.toLowerCase();
      if (sum && createHash('sha1').update(part).digest('hex') !== said)
        throw refused(piece.name, 'is not what its checksum says');
      await to.write(at, part);
      report(`unpacking, ${Math.floor((100 * (done + 1)) / numbered.length)} %`);
    }
  });
}
