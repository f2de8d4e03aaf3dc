/**
 * The bytes that belong to a call, as a Duplex. An empty packet ends a direction, an error packet the whole.
 * There is no flow control but the socket's own: a reader that stops pauses the connection with all its calls.
 */
import { Duplex } from 'node:stream';
import { type Frame, MESSAGE, STATUS } from './frame.ts';

/** What libvirt's own client sends at most in one packet. */
const LARGEST_PACKET = 262_120;

export interface RpcStream {
  readonly duplex: Duplex;
  receive(frame: Frame): void;
  /** The link is gone; without an error when this side closed it. An error is held until a listener for errors is added. */
  fail(error: Error | undefined): void;
}

export interface RpcStreamOptions {
  readonly link: Duplex;
  readonly frame: (status: number, data?: Buffer) => Buffer;
  readonly onClosed: () => void;
}

export function createRpcStream({ link, frame, onClosed }: RpcStreamOptions): RpcStream {
  let finished = false;
  const duplex = new Duplex({
    read() {
      link.resume();
    },
    write(chunk: Buffer, _encoding, done) {
      const packets: Buffer[] = [];
      for (let at = 0; at < chunk.length; at += LARGEST_PACKET) {
        packets.push(frame(STATUS.continues, chunk.subarray(at, at + LARGEST_PACKET)));
      }
      link.write(Buffer.concat(packets), done);
    },
    final(done) {
      if (finished) return done();
      finished = true;
      link.write(frame(STATUS.ok), done);
    },
    destroy(error, done) {
      if (!finished && !link.destroyed) link.write(frame(STATUS.error));
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
        if (!duplex.push(body)) link.pause();
      } else {
        // An empty packet ends it. So does an error: another client took the console over, or its guest is gone. The
        // reader sees both as a hang-up.
        duplex.push(null);
        if (status === STATUS.error) hungUp();
      }
    },
    fail(error) {
      finished = true;
      if (error) failOnceHeard(error);
      else duplex.destroy();
    },
  };
}
