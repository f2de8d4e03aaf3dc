/**
 * Packets of SFTP version 3, which OpenSSH speaks (draft-ietf-secsh-filexfer-02, with the extensions of OpenSSH's PROTOCOL).
 * Numbers are big endian; texts and data have their length before them.
 */
import { FleetError } from '../errors.ts';

export const REQUEST = {
  init: 1,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  extended: 200,
} as const;

export const ANSWER = { version: 2, status: 101, handle: 102, data: 103, name: 104, attributes: 105 } as const;

export const STATUS = { ok: 0, end: 1, noSuchFile: 2, denied: 3, failure: 4, unsupported: 8 } as const;

export const OPEN = { read: 0x01, write: 0x02, create: 0x08, truncate: 0x10, exclusive: 0x20 } as const;

const HAS = { size: 0x01, owner: 0x02, mode: 0x04, times: 0x08, extended: 0x8000_0000 } as const;

/** What a server says of a file; undefined for what it does not say. */
export interface Attributes {
  readonly size?: number;
  readonly owner?: number;
  readonly group?: number;
  /** With the type of the file, as in stat(2). */
  readonly mode?: number;
  /** Epoch, s. */
  readonly modified?: number;
}

/** The fields of a packet, one behind the other. */
export type Field = Buffer | string | { readonly u32: number } | { readonly u64: number } | Attributes;

export const u32 = (value: number): { readonly u32: number } => ({ u32: value });
export const u64 = (value: number): { readonly u64: number } => ({ u64: value });

export function packet(type: number, ...fields: readonly Field[]): Buffer {
  const parts = fields.map(encoded);
  const body = parts.reduce((sum, { length }) => sum + length, 1);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body, 0);
  head[4] = type;
  return Buffer.concat([head, ...parts]);
}

function encoded(field: Field): Buffer {
  if (typeof field === 'string') return encoded(Buffer.from(field, 'utf8'));
  if (Buffer.isBuffer(field)) return Buffer.concat([number32(field.length), field]);
  if ('u32' in field) return number32(field.u32);
  if ('u64' in field) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(field.u64));
    return bytes;
  }
  return encodedAttributes(field);
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Size and times are never set. */
function encodedAttributes({ owner, group, mode }: Attributes): Buffer {
  const hasOwner = owner !== undefined && group !== undefined;
  const flags = (hasOwner ? HAS.owner : 0) | (mode === undefined ? 0 : HAS.mode);
  const values = [...(hasOwner ? [owner, group] : []), ...(mode === undefined ? [] : [mode])];
  return Buffer.concat([number32(flags), ...values.map(number32)]);
}

/** Reads the fields of an answer. Throws host.protocol where they don't fit. */
export interface Fields {
  u32(): number;
  data(): Buffer;
  text(): string;
  attributes(): Attributes;
  readonly left: number;
}

export function fieldsOf(bytes: Buffer): Fields {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new FleetError('host.protocol', 'SFTP: an answer is cut off');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const read32 = () => take(4).readUInt32BE();
  const data = () => take(read32());
  const text = () => data().toString('utf8');
  return {
    u32: read32,
    data,
    text,
    attributes() {
      const flags = read32();
      const size = flags & HAS.size ? Number(take(8).readBigUInt64BE()) : undefined;
      const [owner, group] = flags & HAS.owner ? [read32(), read32()] : [];
      const mode = flags & HAS.mode ? read32() : undefined;
      const [, modified] = flags & HAS.times ? [read32(), read32()] : [];
      if ((flags & HAS.extended) !== 0) {
        for (let count = read32(); count > 0; count--) {
          data();
          data();
        }
      }
      return {
        ...(size !== undefined && { size }),
        ...(owner !== undefined && { owner }),
        ...(group !== undefined && { group }),
        ...(mode !== undefined && { mode }),
        ...(modified !== undefined && { modified }),
      };
    },
    get left() {
      return bytes.length - at;
    },
  };
}
