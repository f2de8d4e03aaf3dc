/** Encodings 0 (raw) and 1 (copy): RFC 6143, 7.7.1 and 7.7.2. */
import { type Decoder, PIXEL } from './encoding.ts';

/** Row by row, so that no rectangle is held twice. */
export const raw: Decoder = async ({ x, y, width, height }, reader, frame) => {
  for (let row = y; row < y + height; row++)
    frame.blit({ x, y: row, width, height: 1 }, await reader.take(width * PIXEL));
};

export const copyRect: Decoder = async (rect, reader, frame) => {
  const from = await reader.take(4);
  frame.copy(rect, from.readUInt16BE(0), from.readUInt16BE(2));
};
