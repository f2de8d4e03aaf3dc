/** A console as one stream that outlives its link: one that drops is opened again, as those of the screen are. */
import { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { FleetError } from '../errors.ts';
import { createKeptLink } from '../link/kept-link.ts';
import type { Attachment, ConsoleSize } from '../platforms/contract.ts';

export type StreamAttachment = Extract<Attachment, { readonly kind: 'stream' }>;

export interface ReconnectingOptions {
  /** Opens the way to the very same guest again. */
  readonly open: (signal: AbortSignal) => Promise<Attachment>;
  readonly clock: Clock;
  /** The link dropped, and is tried again after so long. */
  readonly dropped: (why: string, ms: number) => void;
  readonly back: () => void;
  /** Something was typed while there was no link; said once for each time that it is gone. */
  readonly notSent: () => void;
}

/** More than this is not kept for a guest that takes nothing. */
const MOST_UNSENT = 1 << 20;

/**
 * Ends as the link does when the other side ends it; fails with the last error when trying again makes no sense, or did not help
 * for too long. What is typed meanwhile is never sent: the guest may be in the middle of anything.
 */
export function reconnecting(first: StreamAttachment, options: ReconnectingOptions): StreamAttachment {
  let link: Duplex | undefined;
  let tell: ((size: ConsoleSize) => void) | undefined;
  let size: ConsoleSize | undefined;
  let hasWarned = false;

  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => void link?.resume(),
    write(bytes: Buffer, _encoding, done) {
      if (link?.writable && link.writableLength <= MOST_UNSENT) link.write(bytes);
      else if (!hasWarned) {
        hasWarned = true;
        options.notSent();
      }
      done();
    },
    final(done) {
      link?.end();
      done();
    },
    destroy(error, done) {
      kept.stop();
      link?.destroy();
      done(error);
    },
  });

  const kept = createKeptLink<StreamAttachment>({
    clock: options.clock,
    async open(signal) {
      const attachment = await options.open(signal);
      if (attachment.kind === 'stream') return attachment;
      throw new FleetError('op.unsupported', 'it is no console of bytes any more');
    },
    use(attachment) {
      use(attachment);
      options.back();
    },
    discard: (attachment) => void attachment.stream.destroy(),
    dropped: options.dropped,
    gaveUp: (error) => void stream.destroy(error),
  });

  function use({ stream: own, resize }: StreamAttachment): void {
    link = own;
    tell = resize;
    hasWarned = false;
    if (size) tell?.(size);
    own.on('data', (chunk: Buffer) => {
      if (!stream.push(chunk)) own.pause();
    });
    own.once('error', (error) => left(own, error));
    for (const event of ['end', 'close']) own.once(event, () => left(own, undefined));
  }

  function left(own: Duplex, error: unknown): void {
    if (own !== link) return;
    link = undefined;
    own.on('error', () => {}).destroy();
    if (stream.destroyed) return;
    if (error === undefined) stream.push(null);
    else kept.lost(error);
  }

  use(first);
  return {
    kind: 'stream',
    stream,
    resize(next) {
      size = next;
      tell?.(next);
    },
  };
}
