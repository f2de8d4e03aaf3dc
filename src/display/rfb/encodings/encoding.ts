import { FleetError } from '../../../errors.ts';
import type { Framebuffer, Rect } from '../../framebuffer.ts';
import type { Pace } from '../pace.ts';
import type { ByteReader } from '../reader.ts';

/**
 * Reads one rectangle, which is within the picture, and draws it. Rejects with host.protocol for bytes that are none. One that
 * may draw much for few bytes keeps the pace; of what it was called for the caller does that.
 */
export type Decoder = (rect: Rect, reader: ByteReader, frame: Framebuffer, pace: Pace) => Promise<void>;

/** Bytes of a pixel in the format that is asked for: red, green, blue, and one without meaning. */
export const PIXEL = 4;

/** Bytes of a pixel that is packed: the one without meaning is left out. */
export const PACKED = 3;

/** So many packed pixels as they are drawn, at the beginning of `into`. */
export function spread(packed: Uint8Array, count: number, into: Uint8Array): Uint8Array {
  for (let from = 0, to = 0; from < count * PACKED; from += PACKED, to += PIXEL) {
    into[to] = packed[from] ?? 0;
    into[to + 1] = packed[from + 1] ?? 0;
    into[to + 2] = packed[from + 2] ?? 0;
    into[to + 3] = 255;
  }
  return into;
}

export const broken = (what: string): FleetError => new FleetError('host.protocol', `the display sent ${what}`);

export const tooFew = (rows: number, height: number): FleetError => broken(`${rows} rows of a picture of ${height}`);
