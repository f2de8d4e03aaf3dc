/** What is in the volumes and files of the simulated fleet: what was uploaded, and a page of text for all others. */
import { FleetError } from '../../errors.ts';
import type { Id } from '../../ids.ts';
import { mib, spellBytes } from '../../units.ts';
import type { Destination, Source } from '../contract.ts';

const MOST = mib(64);
const PIECE = 65_536;
const TAIL = mib(1);

/** A volume in a storage, or a file in a bucket. */
interface Held {
  readonly id: Id;
  readonly name: string;
  readonly storage: string;
}

export interface Contents {
  /** How much of an upload has come. */
  sizeOf(id: Id): number;
  /** Takes in what is not there yet, after the last MiB that is was compared. Throws op.refused for a file that is too large. */
  fill(id: Id, source: Source, signal: AbortSignal, upTo?: number): Promise<void>;
  copyTo(held: Held, to: Destination, signal: AbortSignal): Promise<void>;
  forget(id: Id): void;
}

export function createContents(): Contents {
  const kept = new Map<Id, Buffer>();
  const of = ({ id, name, storage }: Held): Buffer =>
    kept.get(id) ?? Buffer.from(`The volume ${name} of the storage ${storage} is simulated.\n`.repeat(100));

  return {
    sizeOf: (id) => kept.get(id)?.length ?? 0,
    async fill(id, source, signal, upTo = source.size) {
      if (source.size > MOST)
        throw new FleetError('op.refused', `the simulated fleet takes files of up to ${spellBytes(MOST)}`);
      const there = kept.get(id) ?? Buffer.alloc(0);
      const known = Math.min(there.length, TAIL);
      const same = Buffer.concat(await all(source.read(there.length - known, known)));
      if (!same.equals(there.subarray(there.length - known)))
        throw new FleetError('op.conflict', `what is there is not the beginning of ${source.name}`, {
          fix: 'delete it, and upload the file again',
        });
      const pieces = [there];
      for await (const piece of source.read(there.length, upTo - there.length)) {
        signal.throwIfAborted();
        pieces.push(Buffer.from(piece));
      }
      kept.set(id, Buffer.concat(pieces));
    },
    async copyTo(held, to, signal) {
      const content = of(held);
      const there = await to.size();
      const tail = await to.tail(Math.min(there, TAIL));
      const isSame = there <= content.length && content.subarray(there - tail.length, there).equals(tail);
      if (!isSame) await to.clear();
      for (let at = isSame ? there : 0; at < content.length; at += PIECE) {
        signal.throwIfAborted();
        await to.write(content.subarray(at, at + PIECE));
      }
    },
    forget: (id) => void kept.delete(id),
  };
}

async function all(pieces: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const list: Uint8Array[] = [];
  for await (const piece of pieces) list.push(piece);
  return list;
}
