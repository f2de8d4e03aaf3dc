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
  writeHead(frame, head, body.length);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/** What stands before a body that is sent behind it, without being copied. */
export function encodeHead(head: Omit<Frame, 'body'>, bodyLength: number): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES);
  writeHead(frame, head, bodyLength);
  return frame;
}

function writeHead(frame: Buffer, head: Omit<Frame, 'body'>, bodyLength: number): void {
  frame.writeUInt32BE(HEADER_BYTES + bodyLength, 0);
  frame.writeUInt32BE(head.program, 4);
  frame.writeUInt32BE(VERSION, 8);
  frame.writeInt32BE(head.procedure, 12);
  frame.writeUInt32BE(head.type, 16);
  frame.writeUInt32BE(head.serial, 20);
  frame.writeUInt32BE(head.status, 24);
}

/**
 * Cuts a byte stream into frames, however it was chopped on its way. The bytes of a stream are not collected: one packet may come as
 * several frames, and their bodies are parts of the chunk, to be copied by a caller that keeps them. All other bodies are the caller's.
 * Throws XdrError for what no libvirt sends: a length outside 28 bytes … 32 MiB, or another protocol version.
 */
export function createFrameCutter(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  const start = Buffer.alloc(HEADER_BYTES);
  let started = 0;
  let head: Omit<Frame, 'body'> | undefined;
  /** What of the body has come, and how much is to come; no parts of what is handed on as it comes. */
  let parts: Buffer[] = [];
  let left = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (!head) {
        const copied = chunk.copy(start, started, at);
        started += copied;
        at += copied;
        left = started < 4 ? HEADER_BYTES : start.readUInt32BE(0);
        if (left < HEADER_BYTES || left > LONGEST_FRAME) throw new XdrError(`a frame of ${left} bytes`);
        if (started < HEADER_BYTES) return;
        head = readHead(start);
        started = 0;
        left -= HEADER_BYTES;
      }
      const part = chunk.subarray(at, at + left);
      const whole = head;
      const isBytes = head.type === MESSAGE.stream && head.status === STATUS.continues && left > 0;
      at += part.length;
      left -= part.length;
      if (left === 0) head = undefined;
      if (isBytes) {
        if (part.length > 0) onFrame({ ...whole, body: part });
        continue;
      }
      // The chunk is not ours, and joined only when all is there: a frame of megabytes comes in hundreds of chunks.
      if (left > 0) {
        if (part.length > 0) parts.push(Buffer.from(part));
        return;
      }
      const body = Buffer.concat([...parts, part]);
      parts = [];
      onFrame({ ...whole, body });
    }
  };
}

function readHead(start: Buffer): Omit<Frame, 'body'> {
  const version = start.readUInt32BE(8);
  if (version !== VERSION) throw new XdrError(`protocol version ${version}`);
  return {
    program: start.readUInt32BE(4),
    procedure: start.readInt32BE(12),
    type: start.readUInt32BE(16),
    serial: start.readUInt32BE(20),
    status: start.readUInt32BE(24),
  };
}
