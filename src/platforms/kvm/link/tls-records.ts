import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/**
 * Each write in a TLS record of its own. libvirtd (seen with 9.0) polls the bare socket: of two calls in one record it
 * finds the second only when something else arrives. Node merges writes that wait; so the next one waits here.
 */
export function oneRecordPerWrite(socket: TLSSocket): Duplex {
  const stream = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) socket.pause();
  });
  socket.once('end', () => stream.push(null));
  socket.once('error', (error) => stream.destroy(error));
  socket.once('close', () => stream.destroy());
  return stream;
}
