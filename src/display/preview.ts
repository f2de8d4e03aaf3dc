/** What a display shows at one moment, as lines of a pane. */
import type { Cells } from './cells.ts';
import type { Framebuffer } from './framebuffer.ts';
import type { Link } from './open-link.ts';
import { type Depth, sgrOf } from './paint/colours.ts';
import { shownOn } from './screenshot.ts';
import { createViewer, type Size } from './viewer.ts';

export interface Preview {
  /** At most so many, each exactly so wide: a picture as small as it must be, or the part of a text that is in use. */
  lines(size: Size, depth: Depth): readonly string[];
}

/** Other clients of the display stay. Rejects as `shownOn` does. */
export const previewOf = async (link: Link, signal: AbortSignal): Promise<Preview> =>
  createPreview(await shownOn(link, signal));

function createPreview(frame: Framebuffer): Preview {
  let drawn: { readonly key: string; readonly lines: readonly string[] } | undefined;
  return {
    lines({ columns, rows }, depth) {
      const key = `${columns} ${rows} ${depth}`;
      if (drawn?.key !== key) {
        const viewer = createViewer({ columns, rows }, { kind: 'quadrants' });
        drawn = { key, lines: linesOf(viewer.show(frame, undefined).cells, depth) };
      }
      return drawn.lines;
    },
  };
}

function linesOf({ columns, rows, chars, foregrounds, backgrounds }: Cells, depth: Depth): readonly string[] {
  return Array.from({ length: rows }, (_, row) => {
    let line = '';
    let pen = '';
    for (let at = row * columns; at < (row + 1) * columns; at++) {
      const codes = [sgrOf(foregrounds[at] ?? 0, depth, false), sgrOf(backgrounds[at] ?? 0, depth, true)];
      const next = codes.filter(Boolean).join(';');
      if (next !== pen) line += `\x1b[${next}m`;
      pen = next;
      line += String.fromCodePoint(chars[at] ?? 0x20);
    }
    return pen === '' ? line : `${line}\x1b[m`;
  });
}
