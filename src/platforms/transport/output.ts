import type { Duplex } from 'node:stream';
import { FleetError } from '../../errors.ts';

const MOST_OUTPUT = 1024 ** 2;

/** All that a command prints, up to a megabyte; nothing is typed into it. */
export async function outputOf(stream: Duplex, signal: AbortSignal): Promise<string> {
  const stop = () => stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    stream.end();
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MOST_OUTPUT) throw new FleetError('host.protocol', 'a command printed more than a megabyte');
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
}
