import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { describeCall } from './describe-call.ts';
import { LibvirtError } from './errors.ts';
import { encodeFrame, type Frame, MESSAGE, REMOTE_PROGRAM, STATUS } from './frame.ts';
import { type Procedure, remoteError } from './protocol.ts';
import { createXdrReader, encode, XdrError } from './xdr.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** For the answer; 30 s unless given. Then op.timeout, while the daemon may still be busy with it. */
  readonly deadlineMs?: number;
}

/** Calls and their replies, which come in whatever order they like. */
export interface Calls {
  /**
   * Rejects with LibvirtError for the daemon's "no", FleetError for the link, the signal's reason when aborted. `onNumbered` is
   * called before it is sent.
   */
  request<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    options?: CallOptions,
    onNumbered?: (serial: number) => void,
  ): Promise<R>;
  /** Throws an XdrError for a reply that can't be read. */
  receive(reply: Frame): void;
  /** The link is gone: every call fails with the reason, those to come too. */
  end(reason: FleetError): void;
  /** Those that the daemon has not answered yet, given up here or not. */
  unanswered(): number;
}

export interface CallsOptions {
  readonly clock: Clock;
  /** For sentences: `libvirt on db.example.org`. */
  readonly peer: string;
  readonly send: (frame: Buffer) => void;
  readonly onWire: (line: RpcWire) => void;
}

export interface RpcWire {
  readonly at: number;
  readonly text: string;
  readonly tookMs: number;
  readonly bytes: number;
  readonly failed?: string;
}

interface Pending {
  readonly answer: (reply: Frame) => void;
  readonly fail: (error: Error) => void;
}

const DEFAULT_DEADLINE_MS = 30_000;

export function createCalls({ clock, peer, send, onWire }: CallsOptions): Calls {
  const pending = new Map<number, Pending>();
  let nextSerial = 1;
  let ended: FleetError | undefined;

  async function request<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    { signal, deadlineMs = DEFAULT_DEADLINE_MS }: CallOptions = {},
    onNumbered?: (serial: number) => void,
  ): Promise<R> {
    signal?.throwIfAborted();
    if (ended) throw ended;
    const serial = nextSerial++;
    onNumbered?.(serial);
    const head = {
      program: REMOTE_PROGRAM,
      procedure: procedure.number,
      type: MESSAGE.call,
      serial,
      status: STATUS.ok,
    };
    const frame = encodeFrame(head, encode(procedure.args, args));
    const startedAt = clock.now();
    const started = clock.ticks();
    let bytes = frame.length;
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    pending.set(serial, {
      fail: reject,
      answer(reply) {
        bytes += reply.body.length;
        try {
          if (reply.status === STATUS.error)
            throw new LibvirtError(procedure.name, remoteError.read(createXdrReader(reply.body)));
          const result = procedure.result.read(createXdrReader(reply.body));
          resolve(result);
        } catch (error) {
          reject(error);
          // A reply that can't be read means that nothing else on this link can be trusted either.
          if (!(error instanceof LibvirtError)) throw error;
        }
      },
    });
    const stopWaiting = clock.after(deadlineMs, () =>
      reject(
        new FleetError('op.timeout', `${peer} did not answer ${procedure.name} within ${deadlineMs / 1000} s`, {
          retry: true,
        }),
      ),
    );
    const abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    send(frame);
    let failed: string | undefined;
    try {
      return await promise;
    } catch (error) {
      failed = error instanceof Error ? error.message : String(error);
      throw error instanceof XdrError
        ? new FleetError('host.protocol', `${peer} answered ${procedure.name} with something else: ${error.message}`, {
            cause: error,
          })
        : error;
    } finally {
      stopWaiting();
      signal?.removeEventListener('abort', abort);
      const line = { at: startedAt, text: describeCall(procedure.name, args), tookMs: clock.ticks() - started, bytes };
      onWire(failed === undefined ? line : { ...line, failed });
    }
  }

  return {
    request,
    receive(reply) {
      const call = pending.get(reply.serial);
      pending.delete(reply.serial);
      call?.answer(reply);
    },
    end(reason) {
      ended = reason;
      for (const { fail } of pending.values()) fail(reason);
      pending.clear();
    },
    unanswered: () => pending.size,
  };
}
