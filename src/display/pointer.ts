/** The pointer of a display that leaves it to its clients to draw it: as virtio's and QXL's cards do. */
import type { Framebuffer } from './framebuffer.ts';

/** What it looks like. */
export interface PointerShape {
  readonly width: number;
  readonly height: number;
  /** The pixel of it that points. */
  readonly hotX: number;
  readonly hotY: number;
  /** As those of a frame. */
  readonly pixels: Uint8Array;
  /** A bit for each pixel that is drawn, the highest first; each row begins with a byte of its own. */
  readonly mask: Uint8Array;
}

export interface Pointer extends PointerShape {
  /** Where it points, in pixels of the display. */
  readonly x: number;
  readonly y: number;
}

/** What `use` makes of the picture with the pointer in it, which is as it was before after that. */
export function withPointer<T>(frame: Framebuffer, pointer: Pointer | undefined, use: () => T): T {
  if (!pointer) return use();
  const left = Math.max(0, pointer.x - pointer.hotX);
  const top = Math.max(0, pointer.y - pointer.hotY);
  const right = Math.min(frame.width, pointer.x - pointer.hotX + pointer.width);
  const bottom = Math.min(frame.height, pointer.y - pointer.hotY + pointer.height);
  if (right <= left || bottom <= top) return use();
  const { pixels, width } = frame;
  const under: Uint8Array[] = [];
  for (let y = top; y < bottom; y++) under.push(pixels.slice((y * width + left) * 4, (y * width + right) * 4));
  draw(frame, pointer, { left, top, right, bottom });
  try {
    return use();
  } finally {
    for (const [row, bytes] of under.entries()) pixels.set(bytes, ((top + row) * width + left) * 4);
  }
}

function draw(
  { pixels, width }: Framebuffer,
  pointer: Pointer,
  { left, top, right, bottom }: Readonly<Record<'left' | 'top' | 'right' | 'bottom', number>>,
): void {
  const row = Math.ceil(pointer.width / 8);
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const [column, line] = [x - pointer.x + pointer.hotX, y - pointer.y + pointer.hotY];
      if (((pointer.mask[line * row + (column >> 3)] ?? 0) & (0x80 >> (column & 7))) === 0) continue;
      const from = (line * pointer.width + column) * 4;
      pixels.set(pointer.pixels.subarray(from, from + 4), (y * width + x) * 4);
    }
}
