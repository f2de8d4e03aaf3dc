/**
 * One libvirt RPC message on the wire: u32 length (itself included), a header of six words, then XDR.
 * The layout is that of libvirt's `src/rpc/virnetprotocol.x`, checked against libvirtd 9.0.
 */
import { XdrError } from './xdr.ts';

export const REMOTE_PROGRAM = 0x20008086;
export const KEEPALIVE_PROGRAM = 0x6b656570;
const VERSION = 1;
const HEADER_BYTES = 28;
const NO_BODY = new Uint8Array();
/** The daemon's own limit; anything longer is not libvirt. */
const LONGEST_FRAME = 32 * 1024 ** 2 + 4;

export const MESSAGE = { call: 0, reply: 1, event: 2, stream: 3, hole: 6 } as const;
export const STATUS = { ok: 0, error: 1, continues: 2 } as const;

export interface Frame {
  readonly program: number;
  readonly procedure: number;
  readonly type: number;
  readonly serial: number;
  readonly status: number;
  readonly body: Buffer;
}

/** The bytes of one message. The body is XDR, but for stream data, which goes as it is. */
export function encodeFrame(head: Omit<Frame, 'body'>, body: Uint8Array = NO_BODY): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(head.program, 4);
  frame.writeUInt32BE(VERSION, 8);
  frame.writeInt32BE(head.procedure, 12);
  frame.writeUInt32BE(head.type, 16);
  frame.writeUInt32BE(head.serial, 20);
  frame.writeUInt32BE(head.status, 24);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/**
 * Cuts a byte stream into frames, however it was chopped on its way. Throws XdrError for what no libvirt sends:
 * a length outside 28 bytes … 32 MiB, or another protocol version.
 */
export function createFrameCutter(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let held = 0;
  let wanted = 4;
  return (chunk) => {
    parts.push(chunk);
    held += chunk.length;
    while (held >= wanted) {
      // Joined only when a whole frame is there: a frame of megabytes comes in hundreds of chunks.
      const all = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, held);
      const length = all.readUInt32BE(0);
      if (length < HEADER_BYTES || length > LONGEST_FRAME) throw new XdrError(`a frame of ${length} bytes`);
      if (held < length) {
        parts = [all];
        wanted = length;
        return;
      }
      const rest = all.subarray(length);
      parts = rest.length > 0 ? [rest] : [];
      held = rest.length;
      wanted = 4;
      onFrame(decode(all.subarray(0, length)));
    }
  };
}

function decode(frame: Buffer): Frame {
  const version = frame.readUInt32BE(8);
  if (version !== VERSION) throw new XdrError(`protocol version ${version}`);
  return {
    program: frame.readUInt32BE(4),
    procedure: frame.readInt32BE(12),
    type: frame.readUInt32BE(16),
    serial: frame.readUInt32BE(20),
    status: frame.readUInt32BE(24),
    body: frame.subarray(HEADER_BYTES),
  };
}
