/** What a terminal shows of a display, as bytes: characters, and images where the terminal says that it can show them. */
import { isDeepStrictEqual } from 'node:util';
import { type CellSize, PICTURE_QUESTION, type Pictures, readPictureAnswers } from '../terminal/pictures.ts';
import type { Framebuffer } from './framebuffer.ts';
import type { Depth } from './paint/colours.ts';
import { createGraphics, type Graphics } from './paint/graphics.ts';
import { createPainter } from './paint/painter.ts';
import type { Pointer } from './pointer.ts';
import { createViewer, type Size, type Viewer } from './viewer.ts';

export interface CanvasOptions extends Size {
  readonly depth: Depth;
  /** How pictures are drawn; undefined: as well as the terminal can, which is asked. */
  readonly pictures: Pictures | undefined;
}

export interface Canvas {
  readonly viewer: Viewer;
  /** What turns what is shown into this; `line` stands in the last line. */
  paint(frame: Framebuffer, line: string | undefined, pointer: Pointer | undefined): string;
  /** What the terminal is asked now; '' for nothing. */
  question(): string;
  /** Reads answers out of what comes from the terminal. Whether all is to be painted again. */
  learn(bytes: Buffer): boolean;
  resize(size: Size): void;
}

/** A terminal that has said so much says nothing more. */
const LONGEST_ANSWER = 4_096;

export function createCanvas({ depth, pictures, ...first }: CanvasOptions): Canvas {
  const painter = createPainter(depth);
  const viewer = createViewer(first, { kind: pictures === 'halves' ? 'halves' : 'quadrants' });
  const asks = pictures !== 'halves' && pictures !== 'quadrants';
  let size: Size = first;
  let cell: CellSize | undefined;
  let graphics: Graphics | undefined;
  /** Whether images are on the terminal. */
  let hasImages = false;
  /** It is to be asked: its cells may have another size than before. */
  let isUnknown = asks;
  /** What it has said since it was asked; undefined once that was all. */
  let answer: string | undefined;

  return {
    viewer,
    paint(frame, line, pointer) {
      const { cells, raster } = viewer.show(frame, line, pointer);
      let taken = '';
      if (!raster && hasImages) {
        taken = graphics?.clear() ?? '';
        painter.forget();
      }
      hasImages = raster !== undefined;
      // Characters first: what is written into a cell takes sixels away.
      return taken + painter.paint(cells) + ((raster && graphics?.paint(raster)) ?? '');
    },
    question() {
      if (!isUnknown) return '';
      isUnknown = false;
      answer = '';
      return PICTURE_QUESTION;
    },
    learn(bytes) {
      if (answer === undefined) return false;
      answer += bytes.toString('latin1');
      const said = readPictureAnswers(answer, size);
      if (said || answer.length > LONGEST_ANSWER) answer = undefined;
      const kind = pictures ?? (said?.hasKitty ? 'kitty' : said?.hasSixel ? 'sixel' : undefined);
      if (!said?.cell || (kind !== 'kitty' && kind !== 'sixel') || isDeepStrictEqual(cell, said.cell)) return false;
      cell = said.cell;
      graphics = createGraphics(kind, cell);
      viewer.draw({ kind, cell });
      painter.forget();
      return true;
    },
    resize(next) {
      isUnknown ||= asks && !isDeepStrictEqual(next, size);
      size = next;
      viewer.resize(next);
      painter.forget();
      graphics?.forget();
    },
  };
}
