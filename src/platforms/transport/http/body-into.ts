/** A body that is handed on piece by piece as it comes: what is too large to be in memory. */
import type { IncomingMessage } from 'node:http';
import { FleetError } from '../../../errors.ts';
import { type Patience, within } from '../deadline.ts';

/** Takes a piece; resolves when more may come. */
export type TakePiece = (piece: Uint8Array) => Promise<void>;

/** A server that sends nothing for so long has gone. */
const STALLED_MS = 60_000;

/** Rejects with what `take` rejects with, host.unreachable when nothing comes, or node's error when it breaks off. */
export async function handOn(response: IncomingMessage, take: TakePiece, patience: Patience): Promise<void> {
  const late = () => new FleetError('host.unreachable', `nothing came for ${STALLED_MS / 1000} s`, { retry: true });
  const pieces = response[Symbol.asyncIterator]();
  for (;;) {
    const next = await within(STALLED_MS, patience, late, () => pieces.next());
    if (next.done) return;
    await take(next.value as Buffer);
  }
}
