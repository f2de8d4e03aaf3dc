/** What this side says: RFC 6143, 7.4 and 7.5. */
import type { Rect } from '../framebuffer.ts';

/** Red, green and blue of a byte each in the order of the bytes, and one byte without meaning. */
export const setPixelFormat = (): Buffer =>
  Buffer.from([
    0, 0, 0, 0, /* bits, depth, big endian, true colour */ 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0,
  ]);

export function setEncodings(encodings: readonly number[]): Buffer {
  const message = Buffer.alloc(4 + encodings.length * 4);
  message.writeUInt8(2, 0);
  message.writeUInt16BE(encodings.length, 2);
  for (const [at, encoding] of encodings.entries()) message.writeInt32BE(encoding, 4 + at * 4);
  return message;
}

/** `changed`: only what is another than before. */
export function requestUpdate({ x, y, width, height }: Rect, changed: boolean): Buffer {
  const message = Buffer.alloc(10);
  message.writeUInt8(3, 0);
  message.writeUInt8(changed ? 1 : 0, 1);
  for (const [at, value] of [x, y, width, height].entries()) message.writeUInt16BE(value, 2 + at * 2);
  return message;
}

/** `keysym`: a number of X11's table. */
export function keyEvent(keysym: number, down: boolean): Buffer {
  const message = Buffer.alloc(8);
  message.writeUInt8(4, 0);
  message.writeUInt8(down ? 1 : 0, 1);
  message.writeUInt32BE(keysym, 4);
  return message;
}

/** `buttons`: a bit for each that is down; the wheel is 8 and 16. */
export function pointerEvent(buttons: number, x: number, y: number): Buffer {
  const message = Buffer.alloc(6);
  message.writeUInt8(5, 0);
  message.writeUInt8(buttons, 1);
  message.writeUInt16BE(x, 2);
  message.writeUInt16BE(y, 4);
  return message;
}
