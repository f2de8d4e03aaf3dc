/**
 * The disk of an OVA: VMware's stream-optimized VMDK (Virtual Disk Format 5.0), a header and then grains that are deflated,
 * each behind a marker that says where it belongs. They are read in their order, so that no table in the file is believed.
 */
import { inflateSync } from 'node:zlib';
import { bytesIn, damaged, type Piece, refused, type Workshop } from './piece.ts';
import { writeQcow2 } from './write-qcow2.ts';

const SECTOR = 512;
const HEADER_BYTES = 512;
/** Flags of the header. */
const [COMPRESSED, MARKERS] = [1 << 16, 1 << 17];
const DEFLATE = 1;
const MARKER_BYTES = 12;
const END_OF_STREAM = 0;
const LARGEST_GRAIN = 2048;

interface Header {
  /** In sectors. */
  readonly capacity: number;
  readonly grain: number;
  /** Where the first marker is. */
  readonly overhead: number;
}

/** As a qcow2. Rejects with op.refused for any other VMDK, and for one that is damaged. */
export async function diskOfVmdk(disk: Piece, workshop: Workshop): Promise<Piece> {
  const { signal, report } = workshop;
  const { capacity, grain, overhead } = headerIn(disk, await bytesIn(disk, 0, HEADER_BYTES));
  const size = capacity * SECTOR;
  return writeQcow2(disk.name, size, workshop, async (to) => {
    for (let at = overhead * SECTOR; ; ) {
      signal.throwIfAborted();
      const marker = await bytesIn(disk, at, MARKER_BYTES + 4);
      if (marker.length < MARKER_BYTES + 4) throw damaged(disk.name);
      const value = Number(marker.readBigUInt64LE(0));
      const packed = marker.readUInt32LE(8);
      if (packed === 0) {
        if (marker.readUInt32LE(MARKER_BYTES) === END_OF_STREAM) return;
        // A table: a sector for the marker, and so many behind it.
        at += SECTOR + value * SECTOR;
        if (!Number.isSafeInteger(at) || at > disk.size) throw damaged(disk.name);
        continue;
      }
      if (packed > 2 * grain * SECTOR || value >= capacity) throw damaged(disk.name);
      const part = inflated(disk, await bytesIn(disk, at + MARKER_BYTES, packed), grain * SECTOR);
      await to.write(value * SECTOR, part.subarray(0, size - value * SECTOR));
      at += Math.ceil((MARKER_BYTES + packed) / SECTOR) * SECTOR;
      report(`unpacking ${disk.name}, ${Math.floor((100 * at) / disk.size)} %`);
    }
  });
}

function headerIn(disk: Piece, start: Buffer): Header {
  if (start.length < HEADER_BYTES) throw damaged(disk.name);
  const flags = start.readUInt32LE(8);
  if ((flags & COMPRESSED) === 0 || (flags & MARKERS) === 0 || start.readUInt16LE(77) !== DEFLATE)
    throw refused(disk.name, 'is no stream-optimized VMDK, as appliances have them: convert it with qemu-img');
  const [capacity, grain, overhead] = [12, 20, 64].map((at) => Number(start.readBigUInt64LE(at))) as [
    number,
    number,
    number,
  ];
  const isRight =
    [capacity, overhead].every((one) => Number.isSafeInteger(one * SECTOR) && one > 0) &&
    grain > 0 &&
    grain <= LARGEST_GRAIN;
  if (!isRight) throw damaged(disk.name);
  return { capacity, grain, overhead };
}

function inflated(disk: Piece, packed: Buffer, most: number): Buffer {
  try {
    return inflateSync(packed, { maxOutputLength: most });
  } catch {
    throw damaged(disk.name);
  }
}
