/** An OVA (DMTF DSP0243, section 5.4): a tar whose first file is the descriptor, perhaps with a manifest of digests behind it. */
import { createHash } from 'node:crypto';
import { FleetError } from '../../../errors.ts';
import { readTarHeader, TAR_BLOCK } from '../../../tar-header.ts';
import type { Source } from '../../contract.ts';
import { readPart } from '../../lib/file-parts.ts';

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

/** Descriptors and manifests of the largest appliances are far below. */
const MOST_TEXT = 4 * 1024 ** 2;
const MOST_FILES = 1_000;

/** Reads what is in it, and no disk. Rejects with op.refused for what is no OVA, or not what its manifest says. */
export async function readOva(source: Source): Promise<Ova> {
  const files = new Map<string, OvaFile>();
  for (let at = 0; at + TAR_BLOCK <= source.size; ) {
    const block = await readPart(source, at, TAR_BLOCK);
    if (block.every((byte) => byte === 0)) break;
    const header = readTarHeader(block);
    if (header === undefined) throw noOva(source, 'it is no tar');
    const { name, size, kind } = header;
    if (kind === '0' || kind === '\0') files.set(name, { name, at: at + TAR_BLOCK, size });
    if (files.size > MOST_FILES) throw noOva(source, `it has more than ${MOST_FILES} files`);
    at += TAR_BLOCK + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
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

async function textOf(source: Source, { name, at, size }: OvaFile): Promise<string> {
  if (size > MOST_TEXT) throw noOva(source, `${name} is larger than any descriptor`);
  return (await readPart(source, at, size)).toString('utf8');
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
