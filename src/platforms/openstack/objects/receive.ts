/** A file that is received in parts, each by a request of its own: Glance and Swift give ranges of bytes (RFC 9110 §14). */
import { FleetError } from '../../../errors.ts';
import { kib, mib } from '../../../units.ts';
import type { Destination } from '../../contract.ts';
import { receiveParts } from '../../lib/file-parts.ts';
import type { HttpResponse } from '../../transport/http/http.ts';

const PART = mib(4);
/** Room for an answer that says no. */
const WORDS = kib(16);

export interface Ranged {
  /** For sentences. */
  readonly name: string;
  readonly size: number;
  /** The request of `bytes=FROM-TO`; its answer is checked here. */
  ask(range: string, most: number): Promise<HttpResponse>;
}

/** Goes on behind what is in `to` where it is the beginning of the file. */
export function receiveRanges({ name, size, ask }: Ranged, to: Destination): Promise<void> {
  const read = async (from: number, length: number): Promise<Buffer> => {
    const { status, body } = await ask(`bytes=${from}-${from + length - 1}`, length + WORDS);
    // All of it, where the server gives no parts: right only where all was asked for.
    if ((status === 206 || (status === 200 && from === 0)) && body.length === length) return body;
    throw new FleetError('host.protocol', `${name}: ${body.length} bytes came (status ${status}), and not ${length}`, {
      fix: 'the store behind it may give no parts of files: ask the operators of the cloud',
    });
  };
  return receiveParts({ size, part: PART, read }, to);
}
