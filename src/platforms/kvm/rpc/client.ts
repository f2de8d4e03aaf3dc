/**
 * One connection to a libvirt daemon: calls out, replies in whatever order they come, events, streams.
 * Calls of the same turn of the event loop leave in one write. Whoever calls decides how long to wait; the link itself
 * is given up when the daemon says nothing for ten seconds, not even to a ping.
 */
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { describeCall } from './describe-call.ts';
import { LibvirtError } from './errors.ts';
import {
  createFrameCutter,
  encodeFrame,
  type Frame,
  KEEPALIVE_PROGRAM,
  MESSAGE,
  REMOTE_PROGRAM,
  STATUS,
} from './frame.ts';
import { type Procedure, remoteError } from './protocol.ts';
import { createRpcStream, type RpcStream } from './stream.ts';
import { createXdrReader, encode, XdrError } from './xdr.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** For the answer; 30 s unless told. Then op.timeout, while the daemon may still be busy with it. */
  readonly deadlineMs?: number;
}

export interface RpcClient {
  /** Rejects with LibvirtError for the daemon's "no", FleetError for the link, the signal's reason when aborted. */
  call<A, R>(procedure: Procedure<A, R>, args: A, options?: CallOptions): Promise<R>;
  /** A call whose reply is followed by bytes both ways. Reading slowly holds up every call on this connection. */
  openStream<A>(procedure: Procedure<A, void>, args: A, options?: CallOptions): Promise<Duplex>;
  /** `body` is the XDR of message number `message`. */
  onEvent(listen: (message: number, body: Buffer) => void): void;
  /** Calls that the daemon has not answered yet, given up here or not. It works on five per connection at most. */
  readonly unanswered: number;
  readonly isOpen: boolean;
  /** Resolves with the reason once the link is gone, also after close(). */
  readonly ended: Promise<FleetError>;
  /** With a reason everything in flight fails for it; without one streams just end. */
  close(reason?: FleetError): void;
}

export interface RpcWire {
  readonly at: number;
  readonly text: string;
  readonly tookMs: number;
  readonly bytes: number;
  readonly failed?: string;
}

export interface RpcClientOptions {
  readonly link: Duplex;
  readonly clock: Clock;
  /** For sentences: `libvirt on db.example.org`. */
  readonly peer: string;
  /** One write per call instead of one for all calls of a turn. */
  readonly callsApart?: boolean;
  readonly onWire: (line: RpcWire) => void;
}

interface Pending {
  readonly answer: (frame: Frame) => void;
  readonly fail: (error: Error) => void;
}

const DEFAULT_DEADLINE_MS = 30_000;
const CHECK_MS = 2_500;
/** Checks without a byte from the daemon until it is pinged, and until it is given up. */
const PING_AFTER = 2;
const DEAD_AFTER = 4;
const PING = 1;
const PONG = 2;

export function createRpcClient({ link, clock, peer, callsApart = false, onWire }: RpcClientOptions): RpcClient {
  const pending = new Map<number, Pending>();
  const streams = new Map<number, RpcStream>();
  let nextSerial = 1;
  let outgoing: Buffer[] = [];
  let gone: FleetError | undefined;
  let eventListener: ((message: number, body: Buffer) => void) | undefined;
  let tellEnded: (reason: FleetError) => void = () => undefined;
  const ended = new Promise<FleetError>((resolve) => {
    tellEnded = resolve;
  });

  function send(frame: Buffer): void {
    if (outgoing.length === 0) queueMicrotask(flush);
    outgoing.push(frame);
  }
  function flush(): void {
    const frames = outgoing;
    outgoing = [];
    if (gone) return;
    if (callsApart) for (const frame of frames) link.write(frame);
    else link.write(Buffer.concat(frames));
  }

  /** `ours`: nothing went wrong, we hang up; whoever reads a stream sees it end. */
  function end(reason: FleetError, ours = false): void {
    if (gone) return;
    gone = reason;
    stopChecking();
    link.destroy();
    for (const { fail } of pending.values()) fail(reason);
    pending.clear();
    for (const stream of streams.values()) stream.fail(ours ? undefined : reason);
    streams.clear();
    tellEnded(reason);
  }
  const lost = (why: string, cause?: unknown) =>
    end(new FleetError('host.unreachable', `the link to ${peer} is down: ${why}`, { retry: true, cause }));

  // The daemon's silence is counted in checks and not in time: after ctrl-Z the clock has jumped, but what the
  // daemon said meanwhile is in the socket and will be read before the next check.
  let silentChecks = 0;
  let stopChecking = clock.after(CHECK_MS, check);
  function check(): void {
    // While we don't read, since nobody takes what a stream brought, the silence is ours.
    silentChecks = link.isPaused() ? 0 : silentChecks + 1;
    if (silentChecks === PING_AFTER) send(keepalive(PING));
    if (silentChecks >= DEAD_AFTER) lost(`no answer for ${(DEAD_AFTER * CHECK_MS) / 1000} s`);
    else stopChecking = clock.after(CHECK_MS, check);
  }

  const cut = createFrameCutter(receive);
  link.on('data', (chunk: Buffer) => {
    silentChecks = 0;
    try {
      cut(chunk);
    } catch (error) {
      if (!(error instanceof XdrError)) throw error;
      end(
        new FleetError('host.protocol', `${peer} does not speak libvirt's protocol: ${error.message}`, {
          cause: error,
        }),
      );
    }
  });
  link.on('error', (error) => (error instanceof FleetError ? end(error) : lost(error.message, error)));
  link.on('end', () => lost('closed by the other side'));
  link.on('close', () => lost('closed'));

  function receive(frame: Frame): void {
    if (gone) return;
    if (frame.program === KEEPALIVE_PROGRAM) {
      if (frame.procedure === PING) send(keepalive(PONG));
      return;
    }
    if (frame.type === MESSAGE.event) eventListener?.(frame.procedure, frame.body);
    else if (frame.type === MESSAGE.reply) {
      const call = pending.get(frame.serial);
      pending.delete(frame.serial);
      call?.answer(frame);
    } else if (frame.type === MESSAGE.stream || frame.type === MESSAGE.hole) {
      streams.get(frame.serial)?.receive(frame);
    }
  }

  async function request<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    { signal, deadlineMs = DEFAULT_DEADLINE_MS }: CallOptions = {},
    onAnswered?: (serial: number) => void,
  ): Promise<R> {
    signal?.throwIfAborted();
    if (gone) throw gone;
    const serial = nextSerial++;
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
          onAnswered?.(serial);
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
    call: (procedure, args, options) => request(procedure, args, options),
    async openStream(procedure, args, options) {
      let stream: RpcStream | undefined;
      // The first bytes may come in the same chunk as the reply: the stream must be there before the promise is.
      await request(procedure, args, options, (serial) => {
        stream = createRpcStream({
          link,
          frame: (status, data) =>
            encodeFrame(
              { program: REMOTE_PROGRAM, procedure: procedure.number, type: MESSAGE.stream, serial, status },
              data,
            ),
          onClosed: () => streams.delete(serial),
        });
        streams.set(serial, stream);
      });
      if (!stream) throw new Error('a stream without a reply');
      return stream.duplex;
    },
    onEvent(listen) {
      eventListener = listen;
    },
    get unanswered() {
      return pending.size;
    },
    get isOpen() {
      return gone === undefined;
    },
    ended,
    close(reason) {
      const hungUp = new FleetError('host.unreachable', `the link to ${peer} was closed`, { retry: true });
      end(reason ?? hungUp, reason === undefined);
    },
  };
}

const keepalive = (procedure: number): Buffer =>
  encodeFrame({ program: KEEPALIVE_PROGRAM, procedure, type: MESSAGE.event, serial: 0, status: STATUS.ok });
