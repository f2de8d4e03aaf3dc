/** What a display shows at one moment. */
import { systemClock } from '../clock.ts';
import { FleetError } from '../errors.ts';
import type { Framebuffer } from './framebuffer.ts';
import { type Link, openLink } from './open-link.ts';
import { readTextScreen } from './text/read-screen.ts';

/** A display that draws nothing within this time is given up. */
const PICTURE_MS = 15_000;

/** The whole picture. Rejects as `openLink` does. */
export async function shownOn(link: Link, signal: AbortSignal): Promise<Framebuffer> {
  const display = await openLink(link, signal);
  const giveUp = () => display.close(signal.reason);
  const stop = systemClock.after(PICTURE_MS, () =>
    display.close(new FleetError('op.timeout', `the display sent no picture within ${PICTURE_MS / 1000} s`)),
  );
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await display.update();
    return display.frame();
  } finally {
    stop();
    signal.removeEventListener('abort', giveUp);
    display.close();
  }
}

/** Its lines, without blanks at their ends; undefined for a picture. */
export function textOf(frame: Framebuffer): string | undefined {
  const screen = readTextScreen(frame);
  if (!screen) return undefined;
  const { columns, rows, chars } = screen;
  const lines = Array.from({ length: rows }, (_, row) =>
    String.fromCodePoint(...chars.subarray(row * columns, (row + 1) * columns)).trimEnd(),
  );
  return lines.join('\n').trimEnd();
}

export async function pngOf({ width, height, pixels }: Framebuffer): Promise<Uint8Array> {
  const { PNG } = await import('pngjs');
  const png = new PNG({ width, height });
  png.data.set(pixels);
  // The fourth byte of the display's pixels has no meaning, and is no transparency.
  for (let at = 3; at < png.data.length; at += 4) png.data[at] = 255;
  return PNG.sync.write(png, { colorType: 2 });
}
