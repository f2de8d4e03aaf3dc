/**
 * The bytes that belong to a call, as a Duplex. An empty packet ends a direction, an error packet the whole.
 * There is no flow control but the socket's own: a reader that stops pauses the connection with all its calls.
 */
import { Duplex } from 'node:stream';
import type { Clock } from '../../../clock.ts';
import type { Blocks } from './blocks.ts';
import { type Frame, MESSAGE, STATUS } from './frame.ts';

/** What libvirt's own client sends at most in one packet (virnetprotocol.x, VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX). */
export const LARGEST_PACKET = 262_120;

/** What is typed goes in one write with its head; what is larger is not copied for that. */
const COPIED = 4_096;

/** A block that has bytes for so long is passed on before it is full: a slow link is seen to move. */
const OLDEST_MS = 1_000;

export interface RpcStream {
  readonly duplex: Duplex;
  receive(frame: Frame): void;
  /** The daemon has answered the call. Until then the link is not paused, since the answer may be behind the first bytes. */
  answered(): void;
  /** The link is gone; without an error when this side closed it. An error is held until a listener for errors is added. */
  fail(error: Error | undefined): void;
}

export interface RpcStreamOptions {
  readonly link: Duplex;
  /** What stands before so many bytes of it. */
  readonly head: (status: number, length: number) => Buffer;
  readonly onClosed: () => void;
  /** The daemon ended it with an error: its body, as XDR. The reader sees the end either way. */
  readonly onRefused?: (body: Buffer) => void;
  /** What comes is read in these, each as one piece that the reader gives back; without them as it comes. */
  readonly blocks?: Blocks | undefined;
  readonly clock: Clock;
}

export function createRpcStream({ link, head, onClosed, onRefused, blocks, clock }: RpcStreamOptions): RpcStream {
  let finished = false;
  let isAnswered = false;
  let block: Buffer | undefined;
  let filled = 0;
  let begunAt = 0;
  const duplex = new Duplex({
    // Two blocks wait while one is written.
    ...(blocks && { readableObjectMode: true, readableHighWaterMark: 2 }),
    read() {
      link.resume();
    },
    write(chunk: Buffer, _encoding, done) {
      // A link that is lost tells it by fail().
      const written = (error?: Error | null) => void (error || done());
      if (chunk.length <= COPIED)
        return void link.write(Buffer.concat([head(STATUS.continues, chunk.length), chunk]), written);
      link.cork();
      const length = Math.ceil(chunk.length / Math.ceil(chunk.length / LARGEST_PACKET));
      for (let at = 0; at < chunk.length; at += length) {
        const packet = chunk.subarray(at, at + length);
        link.write(head(STATUS.continues, packet.length));
        link.write(packet, at + length < chunk.length ? undefined : written);
      }
      link.uncork();
    },
    final(done) {
      if (finished) return done();
      finished = true;
      link.write(head(STATUS.ok, 0), done);
    },
    destroy(error, done) {
      if (!finished && !link.destroyed) link.write(head(STATUS.error, 0));
      // Whatever else is on this link goes on.
      link.resume();
      onClosed();
      done(error);
    },
  });
  // A stream is passed between modules; an error in between, when none of them listens for it, would end the program.
  duplex.on('error', () => {});
  function failOnceHeard(error: Error): void {
    if (duplex.listenerCount('error') > 1) return void duplex.destroy(error);
    duplex.on('newListener', function heard(name) {
      if (name !== 'error') return;
      duplex.off('newListener', heard);
      process.nextTick(() => duplex.destroy(error));
    });
  }
  function pass(piece: Buffer): void {
    if (!duplex.push(piece) && isAnswered) link.pause();
  }
  function collect(bytes: Buffer, into: Blocks): void {
    for (let at = 0; at < bytes.length; ) {
      if (!block) {
        block = into.take();
        begunAt = clock.ticks();
      }
      const copied = bytes.copy(block, filled, at);
      at += copied;
      filled += copied;
      if (filled === block.length || clock.ticks() - begunAt >= OLDEST_MS) passBlock();
    }
  }
  function passBlock(): void {
    const piece = block?.subarray(0, filled);
    block = undefined;
    filled = 0;
    if (piece) pass(piece);
  }
  /** Nothing is sent to the other side any more, since it has forgotten this stream. */
  function hungUp(): void {
    finished = true;
    duplex.end();
  }
  return {
    duplex,
    receive({ type, status, body }) {
      // Consoles have no holes: a hole stands for zero bytes that no program wrote.
      if (type === MESSAGE.hole) return;
      if (status === STATUS.continues && body.length > 0) {
        // What comes is in memory that the link reads into again.
        if (blocks) collect(body, blocks);
        else pass(Buffer.from(body));
      } else {
        passBlock();
        // An empty packet ends it. So does an error: another client took the console over, or its guest is gone. The
        // reader sees both as a hang-up.
        if (status === STATUS.error) onRefused?.(body);
        duplex.push(null);
        if (status === STATUS.error) hungUp();
      }
    },
    answered() {
      isAnswered = true;
    },
    fail(error) {
      finished = true;
      if (error) failOnceHeard(error);
      else duplex.destroy();
    },
  };
}
