import { FleetError } from '../../../errors.ts';
import type { Host } from '../host/host-call.ts';
import type { RpcClient } from '../rpc/client.ts';

/** A transfer of which no byte moves for so long is given up. */
const STALL_MS = 60_000;

export interface OwnLink {
  readonly client: RpcClient;
  /** Aborts when the transfer ends for whatever reason. */
  readonly signal: AbortSignal;
  /** Bytes have moved. */
  moved(): void;
  /** Ends the transfer with this error. */
  fail(error: Error): void;
}

/**
 * Gives `work` a connection for itself, since a transfer holds up all calls beside it. Rejects with what ended it first: the
 * signal's reason, an error given to `fail`, or host.unreachable when the link is lost, or stands still. `name` is for sentences.
 */
export async function onOwnLink<T>(
  { daemon, clock }: Host,
  name: string,
  outer: AbortSignal,
  work: (link: OwnLink) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  const ending = new AbortController();
  const fail = (reason: unknown) => ending.abort(reason);
  const giveUp = () => fail(outer.reason);
  outer.addEventListener('abort', giveUp, { once: true });
  let movedAt = clock.ticks();
  let stop = clock.after(STALL_MS, check);
  function check(): void {
    const left = movedAt + STALL_MS - clock.ticks();
    if (left > 0) stop = clock.after(left, check);
    else fail(lost(`no byte of ${name} has moved for ${STALL_MS / 1000} s`));
  }
  const ended = new Promise<never>((_, reject) => {
    ending.signal.addEventListener('abort', () => reject(ending.signal.reason), { once: true });
  });
  ended.catch(() => undefined);
  // It notices within seconds that the host is gone; this link is given more time, for slow disks.
  void daemon.poll.ended.then(fail);
  let client: RpcClient | undefined;
  try {
    client = await daemon.open('transfer', ending.signal);
    client.expectSilence(STALL_MS);
    void client.ended.then(fail);
    const moved = () => {
      movedAt = clock.ticks();
    };
    return await Promise.race([work({ client, signal: ending.signal, moved, fail }), ended]);
  } catch (error) {
    throw ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    stop();
    outer.removeEventListener('abort', giveUp);
    // What still waits for something ends with it.
    fail(lost(`the transfer of ${name} is over`));
    client?.close();
  }
}

const lost = (message: string): FleetError => new FleetError('host.unreachable', message);
