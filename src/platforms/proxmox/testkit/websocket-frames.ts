/** The server's half of RFC 6455, with pveproxy's strictness: whole, masked frames of at most 128 KiB. */
const LARGEST = 128 * 1024;

export function frameOf(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head =
    length > 125 ? Buffer.from([0x80 + opcode, 126, length >> 8, length & 255]) : Buffer.from([0x80 + opcode, length]);
  return Buffer.concat([head, payload]);
}

export function readClientFrames(): (
  bytes: Buffer,
) => readonly { readonly opcode: number; readonly payload: Buffer }[] {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    const frames: { opcode: number; payload: Buffer }[] = [];
    while (rest.length >= 2) {
      const [first = 0, second = 0] = rest;
      if ((first & 0x80) === 0) throw new Error('received fragmented websocket frame');
      if ((second & 0x80) === 0) throw new Error('received unmasked websocket frame from client');
      const short = second & 0x7f;
      const wide = short === 127 ? 8 : short === 126 ? 2 : 0;
      if (rest.length < 2 + wide) break;
      const length = wide === 8 ? Number(rest.readBigUInt64BE(2)) : wide === 2 ? rest.readUInt16BE(2) : short;
      if (length > LARGEST) throw new Error('received too large websocket frame');
      const start = 2 + wide + 4;
      if (rest.length < start + length) break;
      const mask = rest.subarray(start - 4, start);
      const payload = Buffer.from(rest.subarray(start, start + length).map((byte, i) => byte ^ (mask[i & 3] ?? 0)));
      frames.push({ opcode: first & 0x0f, payload });
      rest = rest.subarray(start + length);
    }
    return frames;
  };
}
