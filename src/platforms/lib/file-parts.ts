/** Files that are sent and received in parts, each by a request of its own. */
import { mib } from '../../units.ts';
import type { Destination, Source } from '../contract.ts';

/** What is compared before something is gone on with. */
const TAIL = mib(1);

export interface Remote {
  readonly size: number;
  /** Most bytes of a request. */
  readonly part: number;
  /** The bytes of this range. */
  read(from: number, length: number): Promise<Uint8Array>;
}

/** Goes on behind what is in `to` when its last part is that of the file, else clears it first. */
export async function receiveParts({ size, part, read }: Remote, to: Destination): Promise<void> {
  const there = await to.size();
  const tail = await to.tail(Math.min(there, TAIL));
  const isBeginning =
    there > 0 && there <= size && Buffer.from(await read(there - tail.length, tail.length)).equals(tail);
  if (there > 0 && !isBeginning) await to.clear();
  for (let from = isBeginning ? there : 0; from < size; from += part)
    await to.write(await read(from, Math.min(part, size - from)));
}

/** A part of a file, whole. */
export async function readPart(source: Source, from: number, length: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source.read(from, length)) pieces.push(piece);
  return Buffer.concat(pieces);
}
