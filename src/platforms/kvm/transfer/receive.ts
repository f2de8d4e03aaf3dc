import { FleetError } from '../../../errors.ts';
import type { Host } from '../host/host-call.ts';
import { createBlocks } from '../rpc/blocks.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';
import { onOwnLink } from './own-link.ts';

export interface Range {
  readonly offset: number;
  readonly length: number;
}

/**
 * Reads bytes of a volume: STORAGE_VOL_DOWNLOAD. No more come while `take` is busy, and what it got is overwritten afterwards. Fewer
 * than were asked for is op.failed. Rejects with the daemon's LibvirtError, with what `take` throws, with the signal's reason, or
 * with host.unreachable when the link is lost.
 */
export const receive = (
  host: Host,
  volume: Volume,
  { offset, length }: Range,
  signal: AbortSignal,
  take: (piece: Buffer) => void | Promise<void>,
): Promise<void> =>
  onOwnLink(host, volume.name, signal, async ({ client, signal: ending, fail, moved }) => {
    // To the end: of a range that it is given, libvirt may leave out the last part when its reader is done before that is sent.
    const args = { volume, offset, length: 0, flags: 0 };
    const blocks = createBlocks();
    const options = { signal: ending, onRefused: fail, blocks };
    const stream = await client.openStream(procedures.downloadVolume, args, options);
    let left = length;
    for await (const piece of stream as AsyncIterable<Buffer<ArrayBuffer>>) {
      moved();
      const wanted = piece.subarray(0, left);
      left -= wanted.length;
      await take(wanted);
      blocks.giveBack(piece);
      if (left === 0) break;
    }
    ending.throwIfAborted();
    if (left > 0)
      throw new FleetError('op.failed', `of ${length} bytes of ${volume.name} only ${length - left} could be read`);
  });

/** The same, of a range that fits into memory. */
export async function receiveAll(host: Host, volume: Volume, range: Range, signal: AbortSignal): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await receive(host, volume, range, signal, (piece) => void pieces.push(Buffer.from(piece)));
  return Buffer.concat(pieces);
}
