/** A file that is received in parts, each by a request of its own: Glance and Swift give ranges of bytes (RFC 9110 §14). */
import { FleetError } from '../../../errors.ts';
import { kib, mib } from '../../../units.ts';
import type { Destination } from '../../contract.ts';
import type { HttpResponse } from '../../transport/http/http.ts';

const PART = mib(4);
const TAIL = mib(1);
/** Room for an answer that says no. */
const WORDS = kib(16);

export interface Remote {
  /** For sentences. */
  readonly name: string;
  readonly size: number;
  /** The request of `bytes=FROM-TO`; its answer is checked here. */
  ask(range: string, most: number): Promise<HttpResponse>;
}

/** Goes on behind what is in `to` when its last part is that of the file, else clears it first. */
export async function receiveParts({ name, size, ask }: Remote, to: Destination): Promise<void> {
  const part = async (from: number, length: number): Promise<Buffer> => {
    const { status, body } = await ask(`bytes=${from}-${from + length - 1}`, length + WORDS);
    // All of it, where the server gives no parts: right only where all was asked for.
    if ((status === 206 || (status === 200 && from === 0)) && body.length === length) return body;
    throw new FleetError('host.protocol', `${name}: ${body.length} bytes came (status ${status}), and not ${length}`, {
      fix: 'the store behind it may give no parts of files: ask the operators of the cloud',
    });
  };
  const there = await to.size();
  const tail = await to.tail(Math.min(there, TAIL));
  const isBeginning =
    there > 0 && there <= size && (await part(there - tail.length, tail.length)).equals(Buffer.from(tail));
  if (there > 0 && !isBeginning) await to.clear();
  for (let from = isBeginning ? there : 0; from < size; from += PART)
    await to.write(await part(from, Math.min(PART, size - from)));
}
