/** Memory for the bytes of a transfer, used again and again: what is allocated for each packet piles up until it is collected. */
export interface Blocks {
  take(): Buffer<ArrayBuffer>;
  /** A block, or a part of one, whose bytes are not needed any more. */
  giveBack(piece: Buffer<ArrayBuffer>): void;
}

/** Large enough that a file is written in few calls. */
const SIZE = 1024 ** 2;

export function createBlocks(): Blocks {
  const free: ArrayBuffer[] = [];
  return {
    take: () => Buffer.from(free.pop() ?? new ArrayBuffer(SIZE)),
    giveBack: ({ buffer }) => void free.push(buffer),
  };
}
