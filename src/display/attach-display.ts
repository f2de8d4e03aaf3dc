/** A display of a VM as a console for a terminal. */
import { type Clock, systemClock } from '../clock.ts';
import { hasFewSigns } from '../terminal/facts.ts';
import { wantedPictures } from '../terminal/pictures.ts';
import { createDisplayStream, type DisplayStream } from './display-stream.ts';
import { type Link, openLink } from './open-link.ts';
import type { Depth } from './paint/colours.ts';

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  readonly depth: Depth;
  /** Ends the login; what is attached is ended by its stream. */
  readonly signal: AbortSignal;
}

/** To the display of the very same VM, when its link drops. */
export interface LinkBack {
  readonly open: (signal: AbortSignal) => Promise<Link>;
  readonly detachKey: string;
  readonly clock: Clock;
}

/** Rejects as `openLink` does. Without `back` a link that drops is the end. */
export async function attachDisplay(
  link: Link,
  { signal, ...terminal }: Terminal,
  back?: LinkBack,
): Promise<{ readonly kind: 'stream' } & DisplayStream> {
  const display = await openLink(link, signal);
  const { env } = process;
  const pictures = wantedPictures(env) ?? (hasFewSigns(env) ? 'halves' : undefined);
  return {
    kind: 'stream',
    ...createDisplayStream(display, {
      ...terminal,
      pictures,
      clock: back?.clock ?? systemClock,
      ...(back && {
        back: { detachKey: back.detachKey, open: async (until) => openLink(await back.open(until), until) },
      }),
    }),
  };
}
