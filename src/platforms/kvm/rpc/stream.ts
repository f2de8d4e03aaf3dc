/**
 * The bytes that belong to a call, as a Duplex. An empty packet ends a direction, an error packet the whole.
 * There is no flow control but the socket's own: a reader that stops pauses the connection with all its calls.
 */
import { Duplex } from 'node:stream';
import { LibvirtError } from './errors.ts';
import { type Frame, MESSAGE, STATUS } from './frame.ts';
import { remoteError } from './protocol.ts';
import { createXdrReader } from './xdr.ts';

/** What libvirt's own client sends at most in one packet. */
const LARGEST_PACKET = 262_120;

export interface RpcStream {
  readonly duplex: Duplex;
  receive(frame: Frame): void;
  fail(error: Error): void;
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
      finished = true;
      link.write(frame(STATUS.ok), done);
    },
    destroy(error, done) {
      if (!finished && !link.destroyed) link.write(frame(STATUS.error));
      onClosed();
      done(error);
    },
  });
  return {
    duplex,
    receive({ type, status, body }) {
      // Consoles have no holes; a hole stands for zero bytes that nobody typed.
      if (type === MESSAGE.hole) return;
      if (status === STATUS.continues && body.length > 0) {
        if (!duplex.push(body)) link.pause();
      } else if (status === STATUS.error) {
        const error = new LibvirtError('STREAM', remoteError.read(createXdrReader(body)));
        duplex.destroy(error);
      } else duplex.push(null);
    },
    fail: (error) => void duplex.destroy(error),
  };
}
