import { pipeline } from 'node:stream/promises';
import type { Host } from '../host/host-call.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';
import { LARGEST_PACKET } from '../rpc/stream.ts';
import { type OwnLink, onOwnLink } from './own-link.ts';

/** Pings that the daemon has not answered yet, at most: with 1 MiB before each 16 MiB, which fill a fast link of 100 ms. */
const MOST = 16;
const LARGEST_PART = 1024 ** 2;
/** A ping is answered faster than this: more may be on the way. Slower than that: less, so that nothing else waits behind it. */
const [FAST_MS, SLOW_MS] = [500, 2_000];

/**
 * Writes bytes into a volume from `offset` on: STORAGE_VOL_UPLOAD. Resolves when the daemon
 * has said that all is written. Rejects with its LibvirtError, with what reading `pieces` throws, with the signal's reason, or with
 * host.unreachable when the link is lost.
 */
export const send = (
  host: Host,
  volume: Volume,
  offset: number,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> =>
  onOwnLink(host, volume.name, signal, async (link) => {
    const { client, signal: ending, fail, moved } = link;
    // Without a length, or libvirt says that it is done when so much was written, and not when the file is closed.
    const args = { volume, offset, length: 0, flags: 0 };
    const stream = await client.openStream(procedures.uploadVolume, args, { signal: ending, onRefused: fail });
    const written = new Promise<void>((resolve) => {
      stream.once('end', resolve);
    });
    stream.resume();
    await pipeline(paced(host, link, pieces), stream, { signal: ending });
    await written;
    moved();
  });

/**
 * As much as the daemon reads within a moment: behind each part goes a ping, which it answers when it has read that far. A slow link
 * would else hold megabytes, and what asks for life behind them would be taken for dead. There is one packet in a part until the link
 * is known to be fast, and then a whole piece.
 */
async function* paced(
  { clock }: Host,
  { client, moved }: OwnLink,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const unread: Promise<void>[] = [];
  let most = 4;
  const sent = async (): Promise<void> => {
    const since = clock.ticks();
    await client.ping();
    moved();
    const tookMs = clock.ticks() - since;
    if (tookMs < FAST_MS) most = Math.min(most + 1, MOST);
    else if (tookMs > SLOW_MS) most = Math.max(most >> 1, 1);
  };
  for await (const piece of pieces) {
    const largest = most < MOST ? LARGEST_PACKET : LARGEST_PART;
    const length = Math.ceil(piece.length / Math.ceil(piece.length / largest));
    for (let at = 0; at < piece.length; at += length) {
      yield piece.subarray(at, at + length);
      const read = sent();
      read.catch(() => undefined);
      unread.push(read);
      while (unread.length >= most) await unread.shift();
    }
  }
}
