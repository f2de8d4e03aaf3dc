/** An OVA (DMTF DSP0243, section 5.4): a tar whose first file is the descriptor, perhaps with a manifest of digests behind it. */
import { createHash } from 'node:crypto';
import { FleetError } from '../../../errors.ts';
import type { Source } from '../../contract.ts';

/** A file in the tar: where its bytes are. */
export interface OvaFile {
  readonly name: string;
  readonly at: number;
  readonly size: number;
}

export interface Digest {
  /** `sha256`, as node has it. */
  readonly algorithm: string;
  readonly hex: string;
}

export interface Ova {
  /** The descriptor's text. */
  readonly descriptor: string;
  readonly files: ReadonlyMap<string, OvaFile>;
  /** By name, of those that the manifest has. */
  readonly digests: ReadonlyMap<string, Digest>;
}

const BLOCK = 512;
/** Descriptors and manifests of the largest appliances are far below. */
const MOST_TEXT = 4 * 1024 ** 2;
const MOST_FILES = 1_000;

/** Reads what is in it, and no disk. Rejects with op.refused for what is no OVA, or not what its manifest says. */
export async function readOva(source: Source): Promise<Ova> {
  const files = new Map<string, OvaFile>();
  for (let at = 0; at + BLOCK <= source.size; ) {
    const header = await bytesOf(source, at, BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const entry = entryIn(header);
    if (entry === undefined) throw noOva(source, 'it is no tar');
    if (entry.isFile) files.set(entry.name, { name: entry.name, at: at + BLOCK, size: entry.size });
    if (files.size > MOST_FILES) throw noOva(source, `it has more than ${MOST_FILES} files`);
    at += BLOCK + Math.ceil(entry.size / BLOCK) * BLOCK;
    if (at > source.size) throw noOva(source, 'it ends in the middle of a file');
  }
  const [first] = files.values();
  if (!first?.name.toLowerCase().endsWith('.ovf')) throw noOva(source, 'its first file is no descriptor, .ovf');
  const descriptor = await textOf(source, first);
  const manifest = [...files.values()].find(({ name }) => name.toLowerCase().endsWith('.mf'));
  const digests = manifest ? digestsIn(await textOf(source, manifest)) : new Map<string, Digest>();
  const digest = digests.get(first.name);
  if (digest && createHash(digest.algorithm).update(descriptor).digest('hex') !== digest.hex)
    throw noOva(source, `${first.name} is not what its manifest says`);
  return { descriptor, files, digests };
}

const noOva = ({ name }: Source, why: string): FleetError =>
  new FleetError('op.refused', `${name} is no OVA that can be imported: ${why}`);

interface Entry {
  readonly name: string;
  readonly size: number;
  readonly isFile: boolean;
}

/** ustar (POSIX.1-1988); sizes above 8 GiB as GNU tar has them. Undefined for what is no header. */
function entryIn(header: Buffer): Entry | undefined {
  if (header.toString('latin1', 257, 262) !== 'ustar') return undefined;
  const text = (from: number, to: number) => header.toString('utf8', from, to).replace(/\0.*$/s, '');
  const isBinary = ((header[124] ?? 0) & 0x80) !== 0;
  const size = isBinary ? Number(header.readBigUInt64BE(128)) : Number.parseInt(text(124, 136).trim(), 8);
  if (!Number.isSafeInteger(size) || size < 0) return undefined;
  const type = header.toString('latin1', 156, 157);
  const folder = text(345, 500);
  return {
    name: folder === '' ? text(0, 100) : `${folder}/${text(0, 100)}`,
    size,
    isFile: type === '0' || type === '\0',
  };
}

async function bytesOf(source: Source, at: number, length: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source.read(at, length)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function textOf(source: Source, { name, at, size }: OvaFile): Promise<string> {
  if (size > MOST_TEXT) throw noOva(source, `${name} is larger than any descriptor`);
  return (await bytesOf(source, at, size)).toString('utf8');
}

/** `SHA256(disk1.vmdk)= 01ab…`, a line each. */
function digestsIn(manifest: string): ReadonlyMap<string, Digest> {
  const lines = manifest.matchAll(/^(sha1|sha256|sha512)\s*\((.+?)\)\s*=\s*([0-9a-f]+)\s*$/gim);
  return new Map(
    [...lines].map(([, algorithm = '', name = '', hex = '']) => [
      name,
      { algorithm: algorithm.toLowerCase(), hex: hex.toLowerCase() },
    ]),
  );
}
