/** Bytes that are needed for a moment, again and again: as many as were ever asked for at once are kept. */
export type Scratch = (length: number) => Uint8Array;

/** A call answers at least so many, valid until the next one; what it has at first is not defined. */
export function createScratch(): Scratch {
  let bytes = new Uint8Array(0);
  return (length) => {
    if (bytes.length < length) bytes = new Uint8Array(Math.max(length, bytes.length * 2));
    return bytes;
  };
}
