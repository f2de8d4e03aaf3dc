/** How far an upload has come that was cut off: never guessed, and never written over what is another file. */
import { FleetError } from '../../../errors.ts';
import { mib } from '../../../units.ts';
import type { Source } from '../../contract.ts';
import type { Host } from '../host/host-call.ts';
import type { Volume } from '../rpc/protocol.ts';
import { receiveAll } from './receive.ts';
import type { Sizes } from './sizes.ts';

/** What is compared. */
export const TAIL = mib(1);

/**
 * From which byte on `source` goes on in a volume that was written from its beginning. The room that it takes is where to look, and
 * no proof: a file system may take more than was written. So the last MiB before must be that of the source, and not of zeros alone,
 * which are in what was never written as well; else it is looked for further back. Rejects with op.conflict for a volume that
 * has something else than the source, or another size.
 */
export async function confirmed(
  host: Host,
  volume: Volume,
  { size, used }: Sizes,
  source: Source,
  signal: AbortSignal,
): Promise<number> {
  const other = (why: string) =>
    new FleetError('op.conflict', `${volume.name} in ${volume.pool} is not the beginning of ${source.name}: ${why}`, {
      fix: 'delete it, or choose another name',
    });
  if (size !== source.size) throw other(`it has ${size} bytes, the file has ${source.size}`);
  const look = async (to: number): Promise<Found> => {
    const offset = Math.max(0, to - TAIL);
    const range = { offset, length: to - offset };
    const theirs = await receiveAll(host, volume, range, signal);
    const found = compare(await collect(source.read(range.offset, range.length)), theirs);
    if (found === 'other') throw other(`they differ between byte ${offset} and byte ${to}`);
    return found;
  };
  let at = used >= size ? size : Math.floor(used / TAIL) * TAIL;
  for (let back: number = TAIL; at > 0; back *= 2) {
    if ((await look(at)) === 'same') {
      // Two builds of one image may have the same middle.
      if (at > TAIL) await look(TAIL);
      return at;
    }
    at = at > TAIL ? Math.max(TAIL, at - back) : 0;
  }
  return 0;
}

type Found = 'same' | 'unwritten' | 'other';

/** `unwritten`: wherever they differ the volume has zeros, or all is zeros. */
export function compare(own: Buffer, theirs: Buffer): Found {
  if (own.length !== theirs.length) return 'other';
  if (own.equals(theirs)) return own.some((byte) => byte !== 0) ? 'same' : 'unwritten';
  return theirs.every((byte, at) => byte === 0 || byte === own[at]) ? 'unwritten' : 'other';
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
