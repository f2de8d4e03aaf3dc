import type { Destination, Source } from '../../src/platforms/contract.ts';
import { bytes } from '../../src/units.ts';

const PIECE = 60_000;

/** A file in memory. `upTo`: the link breaks there. */
export function sourceOf(content: Buffer): Source {
  return {
    name: '/tmp/suite.img',
    size: bytes(content.length),
    async *read(from, length = content.length - from) {
      for (let at = from; at < from + length; at += PIECE)
        yield content.subarray(at, Math.min(at + PIECE, from + length));
    },
  };
}

/** A file in memory that has something already. */
export function destinationOf(before: Buffer): Destination & { content(): Buffer } {
  let content = before;
  return {
    name: '/tmp/suite.copy',
    size: async () => content.length,
    tail: async (length) => content.subarray(content.length - length),
    write: async (piece) => {
      content = Buffer.concat([content, piece]);
    },
    clear: async () => {
      content = Buffer.alloc(0);
    },
    content: () => content,
  };
}
