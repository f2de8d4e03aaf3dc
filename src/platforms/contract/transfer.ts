/** Files whose bytes go to the other side, or come from it. How far a transfer has come is how far these were read or written. */
import type { Bytes } from '../../units.ts';

/** A file that is sent. */
export interface Source {
  /** For messages: `/srv/images/debian.qcow2`. */
  readonly name: string;
  readonly size: Bytes;
  /**
   * Its bytes from this one on, `length` of them or all that follow, in pieces of any size. Rejects when the file is another one
   * by now, or shorter. Who is done with each piece before asking for the next may say so with `inPlace`: it is written over then.
   */
  read(from: number, length?: number, inPlace?: boolean): AsyncIterable<Uint8Array>;
}

/** A file that is received. What an earlier transfer has left in it is there already: a transfer goes on behind it. */
export interface Destination {
  /** For messages. */
  readonly name: string;
  /** How many bytes are there. */
  size(): Promise<number>;
  /** The last of them, `length` at most. */
  tail(length: number): Promise<Uint8Array>;
  /** Appends; resolves when it is done with the piece, and more may come. */
  write(piece: Uint8Array): Promise<void>;
  /** Takes away what is there: it is of another file. */
  clear(): Promise<void>;
}
