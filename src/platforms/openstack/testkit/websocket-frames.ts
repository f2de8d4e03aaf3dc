/** The server's half of RFC 6455, as far as consoles need it: whole frames, masked ones from the client. */
export function frameOf(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head =
    length > 125 ? Buffer.from([0x80 + opcode, 126, length >> 8, length & 255]) : Buffer.from([0x80 + opcode, length]);
  return Buffer.concat([head, payload]);
}

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

export function readClientFrames(): (bytes: Buffer) => readonly Frame[] {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    const frames: Frame[] = [];
    while (rest.length >= 6) {
      const [first = 0, second = 0] = rest;
      if ((second & 0x80) === 0) throw new Error('a frame from the client was not masked');
      const short = second & 0x7f;
      if (short === 127) throw new Error('a frame of more than 64 KiB');
      const start = (short === 126 ? 4 : 2) + 4;
      const length = short === 126 ? rest.readUInt16BE(2) : short;
      if (rest.length < start + length) break;
      const mask = rest.subarray(start - 4, start);
      const payload = Buffer.from(rest.subarray(start, start + length).map((byte, i) => byte ^ (mask[i & 3] ?? 0)));
      frames.push({ opcode: first & 0x0f, payload });
      rest = rest.subarray(start + length);
    }
    return frames;
  };
}
