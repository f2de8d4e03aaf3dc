/** The header of an entry of a tar: POSIX ustar, and the large numbers of GNU tar. */
import { FleetError } from './errors.ts';

export const TAR_BLOCK = 512;

export interface TarHeader {
  /** With its folder. Longer ones stand in an entry of their own before it, which is the reader's to know. */
  readonly name: string;
  readonly size: number;
  readonly mode: number;
  /** The type flag: `0` or a zero byte is a file. */
  readonly kind: string;
}

/** Of a block. Undefined for one that is no header, or damaged. */
export function readTarHeader(block: Uint8Array): TarHeader | undefined {
  const size = numberIn(block.subarray(124, 136));
  const mode = numberIn(block.subarray(100, 108));
  if (size === undefined || mode === undefined || !hasRightSum(block)) return undefined;
  return { name: nameIn(block), size, mode, kind: String.fromCharCode(block[156] ?? 0) };
}

/** Up to the first zero byte. */
export function tarText(field: Uint8Array): string {
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString('utf8');
}

/** Octal; GNU tar writes what does not fit in binary, in the last eight bytes. */
function numberIn(field: Uint8Array): number | undefined {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const number = field.length < 9 ? undefined : Number(Buffer.from(field.subarray(-8)).readBigUInt64BE());
    return Number.isSafeInteger(number) ? number : undefined;
  }
  const text = tarText(field).trim();
  if (!/^[0-7]*$/.test(text)) return undefined;
  return text === '' ? 0 : Number.parseInt(text, 8);
}

/** The sum of all bytes of the header, those of the sum itself taken for blanks. */
function hasRightSum(block: Uint8Array): boolean {
  const said = Number.parseInt(tarText(block.subarray(148, 156)).trim(), 8);
  let sum = 0;
  block.forEach((byte, at) => {
    sum += at >= 148 && at < 156 ? 0x20 : byte;
  });
  return sum === said;
}

function nameIn(block: Uint8Array): string {
  const name = tarText(block.subarray(0, 100));
  const isPosix = Buffer.from(block.subarray(257, 263)).toString('latin1') === 'ustar\0';
  const before = isPosix ? tarText(block.subarray(345, 500)) : '';
  return before === '' ? name : `${before}/${name}`;
}

const NAME_BYTES = 100;
const BEFORE_BYTES = 155;
/** What eleven octal digits hold. */
const MOST_OCTAL = 8 ** 11 - 1;

export interface NewTarHeader extends Pick<TarHeader, 'name' | 'size' | 'mode'> {
  /** Epoch, ms. */
  readonly changedAt: number;
}

/** Of a file. Throws op.failed for a name that does not fit. */
export function writeTarHeader({ name: path, size, mode, changedAt }: NewTarHeader): Buffer {
  const { before, name } = divided(path);
  const header = Buffer.alloc(TAR_BLOCK);
  const octal = (value: number, at: number, digits: number) =>
    header.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  header.write(name, 0, 'utf8');
  octal(mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  if (size <= MOST_OCTAL) octal(size, 124, 11);
  else {
    header.writeUInt8(0x80, 124);
    header.writeBigUInt64BE(BigInt(size), 128);
  }
  octal(Math.max(0, Math.floor(changedAt / 1000)), 136, 11);
  header.write('        0', 148, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  header.write(before, 345, 'utf8');
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** What fills up the last block of a file of so many bytes. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK);

/** A long path stands in two fields, divided at a slash. */
function divided(path: string): { readonly before: string; readonly name: string } {
  if (Buffer.byteLength(path) <= NAME_BYTES) return { before: '', name: path };
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const [before, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(before) <= BEFORE_BYTES && Buffer.byteLength(name) <= NAME_BYTES) return { before, name };
  }
  throw new FleetError('op.failed', `the path ${JSON.stringify(path)} is too long for an archive`);
}

/** Type flags of entries; a file has one of several. */
export const TAR_KIND = { folder: '5', pax: 'x', paxOfAll: 'g', gnuLongName: 'L' } as const;
const FILES: readonly string[] = ['0', '\0', '7'];
const OTHERS: Readonly<Record<string, string>> = {
  '1': 'is a hard link',
  '2': 'is a symbolic link',
  '3': 'is a device node',
  '4': 'is a device node',
  '6': 'is a named pipe',
};

/** What an entry is that is neither a folder nor about the next entry: undefined for a regular file, '' for a type of no name here. */
export const whyNoFile = (kind: string): string | undefined =>
  FILES.includes(kind) ? undefined : (OTHERS[kind] ?? '');

/** `wrong`: it is damaged, or says another size or a link target than the header does, which would be passed over. */
export type PaxPath = { readonly path: string | undefined } | { readonly wrong: 'damaged' | 'foreign' };

/** The path in a pax header, whose records are `LENGTH KEY=VALUE\n`. */
export function paxPath(content: Uint8Array): PaxPath {
  let path: string | undefined;
  for (let at = 0; at < content.length; ) {
    const blank = content.indexOf(0x20, at);
    const length = blank < 0 ? 0 : Number(Buffer.from(content.subarray(at, blank)).toString('latin1'));
    if (!Number.isInteger(length) || length <= blank - at || at + length > content.length) return { wrong: 'damaged' };
    const [, key = '', value = ''] =
      /^([^=]*)=([\s\S]*)\n$/.exec(Buffer.from(content.subarray(blank + 1, at + length)).toString('utf8')) ?? [];
    if (key === 'path') path = value;
    if (key === 'size' || key === 'linkpath' || key.startsWith('GNU.sparse')) return { wrong: 'foreign' };
    at += length;
  }
  return { path };
}
