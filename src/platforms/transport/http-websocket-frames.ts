/** Frames of RFC 6455, §5: enough of them for byte streams. */
import { randomBytes } from 'node:crypto';
import { FleetError } from '../../errors.ts';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const LARGEST = 16 * 1024 ** 2;

/** A whole frame from client to server, which must be masked. */
export function encodeFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const wide = length > 0xffff ? 8 : length > 125 ? 2 : 0;
  const frame = Buffer.alloc(2 + wide + 4 + length);
  frame[0] = 0x80 + opcode;
  frame[1] = 0x80 + (wide === 8 ? 127 : wide === 2 ? 126 : length);
  if (wide === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  if (wide === 2) frame.writeUInt16BE(length, 2);
  const start = 2 + wide + 4;
  const mask = randomBytes(4);
  mask.copy(frame, start - 4);
  for (let i = 0; i < length; i++) frame[start + i] = (payload[i] as number) ^ (mask[i & 3] as number);
  return frame;
}

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Takes bytes as they come, and gives the frames that are whole. Throws host.protocol for what no server may send. */
export function createFrameReader(): (bytes: Buffer) => readonly Frame[] {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const frames: Frame[] = [];
    for (;;) {
      const size = sizeOf(rest);
      if (!size || rest.length < size.start + size.length) return frames;
      const payload = rest.subarray(size.start, size.start + size.length);
      frames.push({ opcode: (rest[0] as number) & 0x0f, payload });
      rest = rest.subarray(size.start + size.length);
    }
  };
}

function sizeOf(bytes: Buffer): { readonly start: number; readonly length: number } | undefined {
  if (bytes.length < 2) return undefined;
  if (((bytes[0] as number) & 0x70) !== 0) throw new FleetError('host.protocol', 'a websocket frame uses an extension');
  const short = bytes[1] as number;
  if (short > 127) throw new FleetError('host.protocol', 'the server masks its websocket frames');
  const wide = short === 127 ? 8 : short === 126 ? 2 : 0;
  if (bytes.length < 2 + wide) return undefined;
  const length = wide === 8 ? Number(bytes.readBigUInt64BE(2)) : wide === 2 ? bytes.readUInt16BE(2) : short;
  if (length > LARGEST) throw new FleetError('host.protocol', `a websocket frame of ${length} bytes`);
  return { start: 2 + wide, length };
}
