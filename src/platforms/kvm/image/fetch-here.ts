/** A file from the web by way of this machine, for hosts on which there is no login. */
import { createHash } from 'node:crypto';
import * as http from 'node:http';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { FleetError, sentence } from '../../../errors.ts';
import { proxyFor } from '../../transport/proxy.ts';
import { type Checksum, refuseOther, shown } from './image-spec.ts';
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
 * gzip and zstd are unpacked on the way. fetch follows redirects to http and https alone, and checks certificates. Rejects with
 * op.failed for an answer that is no file, op.refused for one that is larger than `most` bytes.
 */
export async function fetchHere(
  url: URL,
  name: string,
  checksum: Checksum | undefined,
  most: number,
  signal: AbortSignal,
): Promise<Fetched> {
  const response = await ask(url, signal);
  if (!response.ok || !response.body) throw failed(url, `the server answered ${response.status}`);
  if (checksum && response.headers.has('content-encoding'))
    throw failed(url, 'the server packs it on the way, so that its checksum can not be compared');
  if (Number(response.headers.get('content-length')) > most) throw tooLarge(name);
  const came = hashed(response.body, name, checksum);
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

async function ask(url: URL, signal: AbortSignal): Promise<Response> {
  goByProxyOfEnvironment(url);
  try {
    const headers = { 'accept-encoding': 'identity' };
    return await fetch(url, { headers, signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw failed(url, sentence(cause));
  }
}

/** What the environment says holds for the whole run, so it is never set back. */
function goByProxyOfEnvironment({ protocol, hostname: host }: URL): void {
  const secure = protocol === 'https:';
  if (!proxyFor({ secure, host, port: secure ? 443 : 80 }) || process.env['NODE_USE_ENV_PROXY'] === '1') return;
  // Node has it since 24.14.
  const { setGlobalProxyFromEnv } = http as Partial<typeof http>;
  if (!setGlobalProxyFromEnv)
    throw new FleetError('op.unsupported', `${host} is fetched by a proxy, which this version of Node can't`, {
      fix: 'set NODE_USE_ENV_PROXY=1, with Node 22.21 or later, and begin again',
    });
  setGlobalProxyFromEnv();
}

const failed = (url: URL, why: string): FleetError => new FleetError('op.failed', `${shown(url)}: ${why}`);
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
