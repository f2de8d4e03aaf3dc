import type { Duplex } from 'node:stream';

/**
 * Frees the memory of bytes that are not needed any more, instead of leaving them to the collector: a gigabyte in pieces would have it
 * run once every few megabytes. They have no length afterwards. Small ones stay, since they share their memory with others.
 */
export function freeAtOnce({ buffer, byteLength }: Uint8Array): void {
  if (byteLength >= Buffer.poolSize >>> 1 && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

const ownChunks = new WeakSet<Duplex>();

/** Says that each chunk of the stream has its memory for itself: who reads it may free that. */
export const markOwnChunks = (stream: Duplex): void => void ownChunks.add(stream);

export const hasOwnChunks = (stream: Duplex): boolean => ownChunks.has(stream);
