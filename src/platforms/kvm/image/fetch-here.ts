/** A file from the web by way of this machine, for hosts on which there is no login. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Clock } from '../../../clock.ts';
import { FleetError, sentence } from '../../../errors.ts';
import { get } from '../../transport/http/get.ts';
import { type Checksum, refuseOther, shown, type WantedImage } from './image-spec.ts';
import { BEGINNING, type Packing, packingOf } from './packing.ts';

export interface Fetched {
  /** How what comes is still compressed. */
  readonly packing: Packing | undefined;
  /** Its bytes. Throws op.failed behind the last of them when it is another file than the checksum says. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Bytes that come unpacked at once: about what goes in one packet to the host. */
const UNPACKED = 262_144;

/**
 * gzip and zstd are unpacked on the way. `use` ends the request. Rejects with what get() says, and with op.refused for a file that is
 * larger than `most` bytes.
 */
export async function fetchHere<T>(
  { url, name, checksum }: Pick<WantedImage, 'url' | 'name' | 'checksum'>,
  most: number,
  patience: { readonly clock: Clock; readonly signal: AbortSignal },
  use: (fetched: Fetched) => Promise<T>,
): Promise<T> {
  // As the host itself would: plain HTTP is what the user has written.
  return get(url.href, { ...patience, plainAllowed: true }, async (length, pieces) => {
    if ((length ?? 0) > most) throw tooLarge(name);
    return use(await unpacked(hashed(pieces, name, checksum), url, name, most));
  });
}

async function unpacked(came: AsyncGenerator<Uint8Array>, url: URL, name: string, most: number): Promise<Fetched> {
  const start: Uint8Array[] = [];
  let length = 0;
  while (length < BEGINNING) {
    const { done, value } = await came.next();
    if (done) break;
    start.push(value);
    length += value.length;
  }
  const packing = packingOf(Buffer.concat(start));
  const all = (async function* () {
    yield* start;
    yield* came;
  })();
  const decoder =
    packing === 'gzip'
      ? createGunzip({ chunkSize: UNPACKED })
      : packing === 'zstd'
        ? createZstdDecompress({ chunkSize: UNPACKED })
        : undefined;
  if (!decoder) return { packing, pieces: limited(all, name, most) };
  const source = Readable.from(all, { objectMode: false });
  source.on('error', (error) => decoder.destroy(error));
  decoder.on('close', () => source.destroy());
  return { packing: undefined, pieces: limited(source.pipe(decoder), name, most, url) };
}

const tooLarge = (name: string): FleetError =>
  new FleetError('op.refused', `${name}: the storage has less room than the image takes`, { fix: 'make room there' });

async function* hashed(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  checksum: Checksum | undefined,
): AsyncGenerator<Uint8Array> {
  const hash = checksum && createHash(checksum.algorithm);
  for await (const piece of pieces) {
    hash?.update(piece);
    yield piece;
  }
  if (checksum && hash) refuseOther(name, checksum, hash.digest('hex'));
}

async function* limited(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  most: number,
  packed?: URL,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  try {
    for await (const piece of pieces) {
      length += piece.length;
      if (length > most) throw tooLarge(name);
      yield piece;
    }
  } catch (error) {
    if (error instanceof FleetError) throw error;
    throw new FleetError('op.failed', `${name}: ${packed ? `${shown(packed)} can't be read: ` : ''}${sentence(error)}`);
  }
}
