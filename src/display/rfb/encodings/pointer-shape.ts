/** Encoding -239 (cursor): RFC 6143, 7.8.1. */
import type { Rect } from '../../framebuffer.ts';
import type { PointerShape } from '../../pointer.ts';
import type { ByteReader } from '../reader.ts';
import { broken, PIXEL } from './encoding.ts';

/** Larger ones are no pointers; the largest of usual cards are 256 pixels wide. */
const LARGEST = 512;

/** Undefined for one without pixels: it is hidden. Rejects with host.protocol for one that is too large. */
export async function readPointerShape(
  { x, y, width, height }: Rect,
  reader: ByteReader,
): Promise<PointerShape | undefined> {
  if (width > LARGEST || height > LARGEST) throw broken(`a pointer of ${width}x${height} pixels`);
  if (width === 0 || height === 0) return undefined;
  const pixels = Buffer.from(await reader.take(width * height * PIXEL));
  const mask = Buffer.from(await reader.take(Math.ceil(width / 8) * height));
  return mask.some((bits) => bits !== 0) ? { width, height, hotX: x, hotY: y, pixels, mask } : undefined;
}
