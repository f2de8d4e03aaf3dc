/**
 * A disk that comes in parts, as a qcow2 (QEMU's docs/interop/qcow2.txt, version 3): only what is not zero takes room here, on the
 * way and on the host, however large the disk is. Data comes first, its tables behind it, and the header last.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { isZero, type Piece, refused, type Workshop, writeAt } from './piece.ts';

const CLUSTER_BITS = 16;
const CLUSTER = 2 ** CLUSTER_BITS;
/** Of a table in a cluster, eight bytes each. */
const ENTRIES = CLUSTER / 8;
/** Counts of two bytes in a cluster. */
const COUNTS = CLUSTER / 2;
/** Set where the cluster is used once. */
const COPIED = 1n << 63n;
const HEADER_BYTES = 104;
/** What QEMU opens of such clusters: 2 EiB and more; drover says no sooner. */
const LARGEST = 64 * 1024 ** 4;

export interface DiskWriter {
  /** Parts may come in any order; `at` in bytes of the disk. Rejects with op.refused for more than there may be. */
  write(at: number, part: Buffer): Promise<void>;
}

/** `size`: what a guest sees. `fill` writes all of it. */
export async function writeQcow2(
  name: string,
  size: number,
  { newFile, most }: Workshop,
  fill: (disk: DiskWriter) => Promise<void>,
): Promise<Piece> {
  if (!Number.isSafeInteger(size) || size <= 0 || size > LARGEST) throw refused(name, `is a disk of ${size} bytes`);
  const path = newFile();
  const to = await open(path, 'wx', 0o600);
  try {
    /** Where each cluster of the disk is in the file, in clusters. */
    const places = new Map<number, number>();
    await fill({
      async write(start, part) {
        for (let done = 0; done < part.length; ) {
          const at = start + done;
          const [cluster, inside] = [Math.floor(at / CLUSTER), at % CLUSTER];
          const one = part.subarray(done, done + CLUSTER - inside);
          done += one.length;
          if (isZero(one) && !places.has(cluster)) continue;
          // the header has the first
          const place = places.get(cluster) ?? places.size + 1;
          places.set(cluster, place);
          if (places.size * CLUSTER > most)
            throw refused(
              name,
              `unpacks to more than ${most} bytes, which is more than was said, or than there is room`,
            );
          await writeAt(to, one, place * CLUSTER + inside);
        }
      },
    });
    return { path, name, at: 0, size: await writeTables(to, size, places) };
  } finally {
    await to.close();
  }
}

/** Answers the size of the file. */
async function writeTables(to: FileHandle, size: number, places: ReadonlyMap<number, number>): Promise<number> {
  let next = places.size + 1;
  const first = new Map<number, Buffer>();
  for (const [cluster, place] of places) {
    const table = Math.floor(cluster / ENTRIES);
    const entries = first.get(table) ?? Buffer.alloc(CLUSTER);
    first.set(table, entries);
    entries.writeBigUInt64BE(BigInt(place * CLUSTER) | COPIED, (cluster % ENTRIES) * 8);
  }
  const tables = Math.ceil(size / CLUSTER / ENTRIES);
  const top = Buffer.alloc(clusters(tables * 8) * CLUSTER);
  for (const [table, entries] of first) {
    top.writeBigUInt64BE(BigInt(next * CLUSTER) | COPIED, table * 8);
    await writeAt(to, entries, next++ * CLUSTER);
  }
  const topAt = next;
  await writeAt(to, top, topAt * CLUSTER);
  next += top.length / CLUSTER;

  const countsAt = next;
  const { blocks, tableClusters } = countsFor(countsAt);
  const all = countsAt + tableClusters + blocks;
  const table = Buffer.alloc(tableClusters * CLUSTER);
  for (let block = 0; block < blocks; block++) {
    const at = countsAt + tableClusters + block;
    table.writeBigUInt64BE(BigInt(at * CLUSTER), block * 8);
    const counts = Buffer.alloc(CLUSTER);
    const used = Math.min(COUNTS, all - block * COUNTS);
    for (let one = 0; one < used; one++) counts.writeUInt16BE(1, one * 2);
    await writeAt(to, counts, at * CLUSTER);
  }
  await writeAt(to, table, countsAt * CLUSTER);
  await writeAt(to, headerOf(size, { tables, topAt, countsAt, tableClusters }), 0);
  await to.truncate(all * CLUSTER);
  return all * CLUSTER;
}

const clusters = (length: number): number => Math.max(1, Math.ceil(length / CLUSTER));

/** The blocks that count clusters are counted themselves. */
function countsFor(others: number): { readonly blocks: number; readonly tableClusters: number } {
  for (let blocks = 1; ; blocks++) {
    const tableClusters = clusters(blocks * 8);
    if (others + tableClusters + blocks <= blocks * COUNTS) return { blocks, tableClusters };
  }
}

interface Places {
  readonly tables: number;
  readonly topAt: number;
  readonly countsAt: number;
  readonly tableClusters: number;
}

function headerOf(size: number, { tables, topAt, countsAt, tableClusters }: Places): Buffer {
  const header = Buffer.alloc(CLUSTER);
  header.write('QFI\u00fb', 0, 'latin1');
  header.writeUInt32BE(3, 4);
  header.writeUInt32BE(CLUSTER_BITS, 20);
  header.writeBigUInt64BE(BigInt(size), 24);
  header.writeUInt32BE(tables, 36);
  header.writeBigUInt64BE(BigInt(topAt * CLUSTER), 40);
  header.writeBigUInt64BE(BigInt(countsAt * CLUSTER), 48);
  header.writeUInt32BE(tableClusters, 56);
  // counts of 2^4 bits
  header.writeUInt32BE(4, 96);
  header.writeUInt32BE(HEADER_BYTES, 100);
  return header;
}
