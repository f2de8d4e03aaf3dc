/** A body that is sent in pieces: what is too large to be in memory. */
import type { ClientRequest } from 'node:http';
import { FleetError } from '../../../errors.ts';
import { type Patience, within } from '../deadline.ts';

export interface BodyStream {
  /** Bytes, exactly. */
  readonly length: number;
  /** From its beginning, each time: a request that was refused for its login is sent once more. */
  pieces(): AsyncIterable<Uint8Array>;
}

/** A server that takes nothing for so long has gone. */
const STALLED_MS = 60_000;

/** Whether all was handed on: a server may answer before. Rejects with host.unreachable when nothing moves. */
export async function sendPieces(request: ClientRequest, body: BodyStream, patience: Patience): Promise<boolean> {
  let answered = false;
  request.once('response', () => {
    answered = true;
    request.emit('drain');
  });
  for await (const piece of body.pieces()) {
    patience.signal.throwIfAborted();
    if (answered || request.destroyed) return false;
    if (request.write(piece)) continue;
    const late = () =>
      new FleetError('host.unreachable', `nothing was taken for ${STALLED_MS / 1000} s`, { retry: true });
    await within(STALLED_MS, patience, late, () => drained(request));
  }
  return true;
}

/** Settles also when the connection is gone: its error comes by the request. */
const drained = (request: ClientRequest): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      request.off('drain', done);
      request.off('close', done);
      resolve();
    };
    request.once('drain', done);
    request.once('close', done);
  });
