/**
 * One connection to a libvirt daemon: calls out, replies in whatever order they come, events, streams.
 * Calls of the same turn of the event loop leave in one write. The caller decides how long to wait.
 */
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { freeAtOnce, hasOwnChunks } from '../../transport/free-at-once.ts';
import type { Blocks } from './blocks.ts';
import { type CallOptions, createCalls, type RpcWire } from './calls.ts';
import { LibvirtError } from './errors.ts';
import { createFrameCutter, encodeHead, type Frame, KEEPALIVE_PROGRAM, MESSAGE, REMOTE_PROGRAM } from './frame.ts';
import { createKeepalive } from './keepalive.ts';
import { type Procedure, remoteError } from './protocol.ts';
import { createRpcStream, type RpcStream } from './stream.ts';
import { createXdrReader, XdrError } from './xdr.ts';

export interface RpcClient {
  /** Rejects with LibvirtError for the daemon's "no", FleetError for the link, the signal's reason when aborted. */
  call<A, R>(procedure: Procedure<A, R>, args: A, options?: CallOptions): Promise<R>;
  /** A call whose reply is followed by bytes both ways. Reading slowly holds up every call on this connection. */
  openStream<A>(procedure: Procedure<A, void>, args: A, options?: StreamOptions): Promise<Duplex>;
  /** `body` is the XDR of message number `message`. */
  onEvent(listen: (message: number, body: Buffer) => void): void;
  /** Resolves when the daemon has read all that was sent before, also the bytes of streams; rejects with the link. */
  ping(): Promise<void>;
  /** From now on a daemon that says nothing is given up after this time, ms; ten seconds unless set. */
  expectSilence(ms: number): void;
  /** Calls that the daemon has not answered yet, given up here or not. It works on five per connection at most. */
  readonly unanswered: number;
  readonly isOpen: boolean;
  /** Resolves with the reason once the link is gone, also after close(). */
  readonly ended: Promise<FleetError>;
  /** With a reason everything in flight fails for it; without one streams just end. */
  close(reason?: FleetError): void;
}

export interface StreamOptions extends CallOptions {
  /** The daemon said no after it had taken the call, before the stream ends. */
  readonly onRefused?: (error: LibvirtError) => void;
  /** What comes is read in these, each as one piece that the reader gives back. */
  readonly blocks?: Blocks;
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

export function createRpcClient({ link, clock, peer, callsApart = false, onWire }: RpcClientOptions): RpcClient {
  const streams = new Map<number, RpcStream>();
  let outgoing: Buffer[] = [];
  let gone: FleetError | undefined;
  let eventListener: ((message: number, body: Buffer) => void) | undefined;
  const ended = Promise.withResolvers<FleetError>();

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

  /** `ours`: nothing went wrong, we hang up; readers of a stream see it end. */
  function end(reason: FleetError, ours = false): void {
    if (gone) return;
    gone = reason;
    keepalive.stop(reason);
    link.destroy();
    calls.end(reason);
    for (const stream of streams.values()) stream.fail(ours ? undefined : reason);
    streams.clear();
    ended.resolve(reason);
  }
  const lost = (why: string, cause?: unknown) =>
    end(new FleetError('host.unreachable', `the link to ${peer} is down: ${why}`, { retry: true, cause }));

  const calls = createCalls({ clock, peer, send, onWire });
  const keepalive = createKeepalive({ link, clock, send, onDead: lost });
  const cut = createFrameCutter(receive);
  const isOwn = hasOwnChunks(link);
  link.on('data', (chunk: Buffer) => {
    keepalive.heard();
    try {
      cut(chunk);
      // Nothing of it is kept.
      if (isOwn) freeAtOnce(chunk);
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
    if (frame.program === KEEPALIVE_PROGRAM) keepalive.receive(frame);
    else if (frame.type === MESSAGE.event) eventListener?.(frame.procedure, frame.body);
    else if (frame.type === MESSAGE.reply) calls.receive(frame);
    else if (frame.type === MESSAGE.stream || frame.type === MESSAGE.hole) streams.get(frame.serial)?.receive(frame);
  }

  return {
    call: (procedure, args, options) => calls.request(procedure, args, options),
    async openStream(procedure, args, options) {
      let stream: RpcStream | undefined;
      // The daemon may send the first bytes before its reply: the stream is there before the call is sent.
      const add = (serial: number) => {
        const head = { program: REMOTE_PROGRAM, procedure: procedure.number, type: MESSAGE.stream, serial };
        stream = createRpcStream({
          link,
          head: (status, length) => encodeHead({ ...head, status }, length),
          blocks: options?.blocks,
          clock,
          onClosed: () => streams.delete(serial),
          onRefused: (body) =>
            options?.onRefused?.(new LibvirtError(procedure.name, remoteError.read(createXdrReader(body)))),
        });
        streams.set(serial, stream);
      };
      try {
        await calls.request(procedure, args, options, add);
      } catch (error) {
        stream?.fail(undefined);
        throw error;
      }
      if (!stream) throw new Error('a stream without a call');
      stream.answered();
      return stream.duplex;
    },
    onEvent(listen) {
      eventListener = listen;
    },
    ping: () => keepalive.ping(),
    expectSilence: (ms) => keepalive.expectSilence(ms),
    get unanswered() {
      return calls.unanswered();
    },
    get isOpen() {
      return gone === undefined;
    },
    ended: ended.promise,
    close(reason) {
      const hungUp = new FleetError('host.unreachable', `the link to ${peer} was closed`, { retry: true });
      end(reason ?? hungUp, reason === undefined);
    },
  };
}
