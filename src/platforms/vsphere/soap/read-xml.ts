import type { Clock } from '../../../clock.ts';
import { breathe } from '../breathe.ts';
import { createXmlReader, type Take, type XmlElement } from './xml.ts';

/** Bytes between two looks at the time: a quarter of a millisecond of work. */
const PIECE = 16_384;
/** A key that is pressed meanwhile waits no longer than this. */
const AT_A_TIME_MS = 1;

/** Reads a whole body without holding up the event loop. Throws XmlError, or the signal's reason. */
export async function readXml(body: Buffer, clock: Clock, signal: AbortSignal, take?: Take): Promise<XmlElement> {
  const reader = createXmlReader(take);
  const decoder = new TextDecoder();
  let since = clock.ticks();
  for (let at = 0; at < body.length; at += PIECE) {
    reader.feed(decoder.decode(body.subarray(at, at + PIECE), { stream: true }));
    if (clock.ticks() - since < AT_A_TIME_MS) continue;
    await breathe();
    signal.throwIfAborted();
    since = clock.ticks();
  }
  return reader.end();
}
