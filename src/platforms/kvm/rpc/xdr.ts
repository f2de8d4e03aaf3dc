/**
 * XDR (RFC 4506) as far as libvirt uses it: everything big endian, everything padded to four bytes.
 * A codec reads and writes one type; messages are put together from codecs, as data (protocol.ts).
 */

/** The other side sent something that cannot be what it claims to be. */
export class XdrError extends Error {
  override readonly name = 'XdrError';
}

export interface XdrReader {
  /** Bytes not read yet. */
  readonly left: number;
  u32(): number;
  i32(): number;
  /** 64 bits as a number: exact up to 2^53, rounded above (cpu times and byte counts bear that). */
  u64(): number;
  i64(): number;
  double(): number;
  /** Bytes as characters of their own, without a Buffer in between. */
  latin1(length: number): string;
  utf8(length: number): string;
  skip(length: number): void;
  /** The byte that comes next, without reading it; 0 at the end. */
  peek(): number;
  /** A view into the message, not a copy. */
  opaque(length: number): Buffer;
  /** Length of a list whose elements take at least `elementBytes`: a lie is found before anything is allocated. */
  count(elementBytes: number): number;
}

const padded = (length: number): number => (length + 3) & ~3;

export function createXdrReader(message: Buffer): XdrReader {
  let at = 0;
  function take(length: number): number {
    if (length > message.length - at) throw new XdrError(`message ends ${length - (message.length - at)} bytes early`);
    const start = at;
    at += length;
    return start;
  }
  return {
    get left() {
      return message.length - at;
    },
    u32: () => message.readUInt32BE(take(4)),
    i32: () => message.readInt32BE(take(4)),
    u64() {
      const start = take(8);
      return message.readUInt32BE(start) * 2 ** 32 + message.readUInt32BE(start + 4);
    },
    i64() {
      const start = take(8);
      return message.readInt32BE(start) * 2 ** 32 + message.readUInt32BE(start + 4);
    },
    double: () => message.readDoubleBE(take(8)),
    latin1(length) {
      const start = take(padded(length));
      return message.toString('latin1', start, start + length);
    },
    utf8(length) {
      const start = take(padded(length));
      return message.toString('utf8', start, start + length);
    },
    skip: (length) => void take(padded(length)),
    peek: () => message[at] ?? 0,
    opaque(length) {
      const start = take(padded(length));
      return message.subarray(start, start + length);
    },
    count(elementBytes) {
      const count = message.readUInt32BE(take(4));
      if (count * elementBytes > message.length - at) throw new XdrError(`a list of ${count} does not fit its message`);
      return count;
    },
  };
}

export interface XdrWriter {
  u32(value: number): void;
  i32(value: number): void;
  u64(value: number): void;
  opaque(value: Uint8Array): void;
  /** What was written so far. */
  bytes(): Buffer;
}

function createXdrWriter(): XdrWriter {
  let buffer = Buffer.alloc(256);
  let at = 0;
  function room(length: number): number {
    if (at + length > buffer.length) {
      const larger = Buffer.alloc(Math.max(buffer.length * 2, at + length));
      buffer.copy(larger, 0, 0, at);
      buffer = larger;
    }
    const start = at;
    at += length;
    return start;
  }
  return {
    // Room first: it may replace the buffer.
    u32(value) {
      const start = room(4);
      buffer.writeUInt32BE(value, start);
    },
    i32(value) {
      const start = room(4);
      buffer.writeInt32BE(value, start);
    },
    u64(value) {
      const start = room(8);
      buffer.writeUInt32BE(Math.floor(value / 2 ** 32), start);
      buffer.writeUInt32BE(value % 2 ** 32, start + 4);
    },
    opaque(value) {
      const start = room(padded(value.length));
      buffer.set(value, start);
    },
    bytes: () => buffer.subarray(0, at),
  };
}

/** How one type looks on the wire. */
export interface Codec<T> {
  /** The fewest bytes that a value takes, to see through false list lengths. */
  readonly least: number;
  read(reader: XdrReader): T;
  write(writer: XdrWriter, value: T): void;
}

/** The TypeScript type of a codec's values. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never;

export const int: Codec<number> = { least: 4, read: (r) => r.i32(), write: (w, value) => w.i32(value) };
export const uint: Codec<number> = { least: 4, read: (r) => r.u32(), write: (w, value) => w.u32(value) };
export const uhyper: Codec<number> = { least: 8, read: (r) => r.u64(), write: (w, value) => w.u64(value) };
export const flag: Codec<boolean> = { least: 4, read: (r) => r.i32() !== 0, write: (w, value) => w.i32(Number(value)) };

export const text: Codec<string> = {
  least: 4,
  read: (r) => r.utf8(r.count(1)),
  write(w, value) {
    const encoded = Buffer.from(value, 'utf8');
    w.u32(encoded.length);
    w.opaque(encoded);
  },
};

/** Exactly `length` bytes. Reads a copy, since values outlive the message. */
export const fixed = (length: number): Codec<Buffer> => ({
  least: padded(length),
  read: (r) => Buffer.from(r.opaque(length)),
  write(w, value) {
    if (value.length !== length) throw new RangeError(`${value.length} bytes instead of ${length}`);
    w.opaque(value);
  },
});

/** Characters in a field of a fixed size, ended by a zero byte. XDR sends each `char` of such an array as an int. */
export const chars = (length: number): Codec<string> => ({
  least: length * 4,
  read(r) {
    const letters = Array.from({ length }, () => r.i32() & 0xff);
    const end = letters.indexOf(0);
    return Buffer.from(end < 0 ? letters : letters.slice(0, end)).toString('utf8');
  },
  write(w, value) {
    const letters = Buffer.alloc(length);
    letters.write(value, 'utf8');
    for (const letter of letters) w.i32(letter);
  },
});

/** May be absent: a word 0 or 1 goes first. */
export const optional = <T>(inner: Codec<T>): Codec<T | undefined> => ({
  least: 4,
  read: (r) => (r.u32() === 0 ? undefined : inner.read(r)),
  write(w, value) {
    w.u32(value === undefined ? 0 : 1);
    if (value !== undefined) inner.write(w, value);
  },
});

export const list = <T>(inner: Codec<T>): Codec<readonly T[]> => ({
  least: 4,
  read(r) {
    const items: T[] = [];
    for (let left = r.count(inner.least); left > 0; left--) items.push(inner.read(r));
    return items;
  },
  write(w, value) {
    w.u32(value.length);
    for (const item of value) inner.write(w, item);
  },
});

type Fields = Readonly<Record<string, Codec<unknown>>>;
type StructOf<F> = { readonly [K in keyof F]: ValueOf<F[K]> };

/** Fields one after the other, in the order in which they are written here. */
export function struct<F extends Fields>(fields: F): Codec<StructOf<F>> {
  const entries = Object.entries(fields);
  return {
    least: entries.reduce((sum, [, codec]) => sum + codec.least, 0),
    read: (r) => Object.fromEntries(entries.map(([key, codec]) => [key, codec.read(r)])) as StructOf<F>,
    write(w, value) {
      for (const [key, codec] of entries) codec.write(w, value[key as keyof F]);
    },
  };
}

/** One value as bytes. */
export function encode<T>(codec: Codec<T>, value: T): Buffer {
  const writer = createXdrWriter();
  codec.write(writer, value);
  return writer.bytes();
}
