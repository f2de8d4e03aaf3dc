/** Which part of a display is in the terminal, and how: as text where it is one, else as a picture. */
import type { CellSize } from '../terminal/pictures.ts';
import { type Cells, createSheet, SPACE } from './cells.ts';
import type { Find } from './finder.ts';
import type { Framebuffer } from './framebuffer.ts';
import type { ViewChange } from './menu.ts';
import { quadrants } from './paint/quadrants.ts';
import { fittedPixels, type Raster, rasterOf } from './paint/raster.ts';
import { fitted, type Placing, scaled } from './paint/scale.ts';
import { type Pointer, withPointer } from './pointer.ts';
import { findIn } from './text/find.ts';
import { readTextScreen, type TextScreen } from './text/read-screen.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** How pictures are drawn: as characters, or as images of the terminal, whose cells have this size. */
export type Drawing =
  | { readonly kind: 'quadrants' | 'halves' }
  | { readonly kind: 'kitty' | 'sixel'; readonly cell: CellSize };

export interface Shown {
  /** All that the terminal shows as characters. */
  readonly cells: Cells;
  /** Over them, from the first cell on; the last line is left free. */
  readonly raster: Raster | undefined;
}

export interface Viewer {
  /** Valid until the next call. `line` stands over the last one; a text has no pointer in it. */
  show(frame: Framebuffer, line: string | undefined, pointer?: Pointer): Shown;
  draw(as: Drawing): void;
  /** What is looked for on a text screen is marked, and in sight. */
  find(what: Find | undefined): void;
  /** The pixel that a cell shows; beside the picture undefined, or the nearest one when `clamped`. */
  pixelAt(column: number, row: number, clamped: boolean): { readonly x: number; readonly y: number } | undefined;
  change(view: ViewChange): void;
  resize(size: Size): void;
}

const LARGEST_ZOOM = 16;

export function createViewer(first: Size, firstDrawing: Drawing): Viewer {
  let size = first;
  const sheet = createSheet();
  let drawing = firstDrawing;
  let prefersText = true;
  let zoom = 1;
  let find: Find | undefined;
  /** Of what is in the middle, as a share of the whole. */
  let middle = { x: 0.5, y: 0.5 };
  /** What was shown last: where the mouse is. */
  let shown: Placing | undefined;
  /** Where the cursor was seen last, since it blinks: the number of its cell in a screen of so many columns. */
  let lastCursor: { readonly at: number; readonly columns: number } | undefined;

  function picture(frame: Framebuffer): Shown {
    const width = Math.max(1, Math.round(frame.width / zoom));
    const height = Math.max(1, Math.round(frame.height / zoom));
    const x = clamp(Math.round(middle.x * frame.width - width / 2), 0, frame.width - width);
    const y = clamp(Math.round(middle.y * frame.height - height / 2), 0, frame.height - height);
    const part = { x, y, width, height };
    if (drawing.kind === 'kitty' || drawing.kind === 'sixel') {
      const { cell } = drawing;
      const pixels = fittedPixels(frame, size.columns, Math.max(1, size.rows - 1), cell);
      shown = { ...part, columns: pixels.toWidth / cell.width, rows: pixels.toHeight / cell.height };
      return { cells: sheet(size.columns, size.rows), raster: rasterOf(frame, { ...part, ...pixels }) };
    }
    shown = { ...fitted(frame, size.columns, size.rows), ...part };
    const cells = drawing.kind === 'halves' ? scaled(frame, shown) : quadrants(frame, shown);
    return { cells: placed(cells, 0, 0, sheet(size.columns, size.rows)), raster: undefined };
  }

  function text(frame: Framebuffer, screen: TextScreen): Cells {
    if (screen.cursor !== undefined) lastCursor = { at: screen.cursor, columns: screen.columns };
    else if (lastCursor?.columns !== screen.columns) lastCursor = undefined;
    const at = lastCursor?.at;
    // The line of the cursor is in sight, and what is above it; without a cursor the last line that has something.
    const found = find ? findIn(screen, find.text) : [];
    const current = found[(find?.at ?? 0) % Math.max(1, found.length)];
    const inSight = current ?? at;
    const left = clamp(
      ((inSight ?? 0) % screen.columns) - size.columns + 1,
      0,
      Math.max(0, screen.columns - size.columns),
    );
    const line = inSight === undefined ? lastLine(screen) : Math.floor(inSight / screen.columns);
    const top = clamp(line - size.rows + 1, 0, Math.max(0, screen.rows - size.rows));
    const columns = Math.min(size.columns, screen.columns - left);
    const rows = Math.min(size.rows, screen.rows - top);
    const wide = frame.width / screen.columns;
    const high = frame.height / screen.rows;
    shown = { x: left * wide, y: top * high, width: columns * wide, height: rows * high, columns, rows };
    const shownCells = highlighted(marked(screen), found, find?.text ?? '', current);
    return placed(shownCells, left, top, sheet(size.columns, size.rows));
  }

  return {
    show(frame, line, pointer) {
      const screen = prefersText ? readTextScreen(frame) : undefined;
      const { cells, raster } = screen
        ? { cells: text(frame, screen), raster: undefined }
        : withPointer(frame, pointer, () => picture(frame));
      return { cells: line === undefined ? cells : withLine(cells, line), raster };
    },
    find(what) {
      find = what;
    },
    draw(as) {
      drawing = as;
    },
    pixelAt(column, row, clamped) {
      if (!shown || (!clamped && (column >= shown.columns || row >= shown.rows))) return undefined;
      return {
        x: shown.x + ((Math.min(column, shown.columns - 1) + 0.5) * shown.width) / shown.columns,
        y: shown.y + ((Math.min(row, shown.rows - 1) + 0.5) * shown.height) / shown.rows,
      };
    },
    change(view) {
      const step = 0.5 / zoom;
      if (view === 'text') prefersText = !prefersText;
      else if (view === 'larger') zoom = Math.min(zoom * 2, LARGEST_ZOOM);
      else if (view === 'smaller') zoom = Math.max(zoom / 2, 1);
      else {
        const x = view === 'left' ? -step : view === 'right' ? step : 0;
        const y = view === 'up' ? -step : view === 'down' ? step : 0;
        middle = { x: clamp(middle.x + x, 0, 1), y: clamp(middle.y + y, 0, 1) };
      }
      if (view !== 'text') prefersText = false;
    },
    resize(next) {
      size = next;
    },
  };
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

function lastLine({ chars, columns, rows }: Cells): number {
  for (let row = rows - 1; row > 0; row--)
    if (chars.subarray(row * columns, (row + 1) * columns).some((char) => char !== SPACE)) return row;
  return 0;
}

/** The cursor as a cell with its colours the other way round. */
function marked(screen: TextScreen): Cells {
  const { cursor } = screen;
  if (cursor === undefined) return screen;
  const foregrounds = screen.foregrounds.slice();
  const backgrounds = screen.backgrounds.slice();
  [foregrounds[cursor], backgrounds[cursor]] = [
    screen.backgrounds[cursor] ?? 0,
    screen.foregrounds[cursor] ?? 0xffffff,
  ];
  return { ...screen, foregrounds, backgrounds };
}

/** What was found on another ground, the one that is meant on a brighter one. */
function highlighted(cells: Cells, found: readonly number[], text: string, current: number | undefined): Cells {
  if (found.length === 0) return cells;
  const foregrounds = cells.foregrounds.slice();
  const backgrounds = cells.backgrounds.slice();
  for (const first of found) {
    foregrounds.fill(0x000000, first, first + [...text].length);
    backgrounds.fill(first === current ? 0xffd700 : 0x9a8400, first, first + [...text].length);
  }
  return { ...cells, foregrounds, backgrounds };
}

/** The part of them that begins there, on cells that are blank. */
function placed(cells: Cells, left: number, top: number, all: Cells): Cells {
  const { columns, rows } = all;
  const wide = Math.min(columns, cells.columns - left);
  for (let row = 0; row < Math.min(rows, cells.rows - top); row++) {
    const from = (row + top) * cells.columns + left;
    all.chars.set(cells.chars.subarray(from, from + wide), row * columns);
    all.foregrounds.set(cells.foregrounds.subarray(from, from + wide), row * columns);
    all.backgrounds.set(cells.backgrounds.subarray(from, from + wide), row * columns);
  }
  return all;
}

/** In the last line, over what is there. */
function withLine(cells: Cells, text: string): Cells {
  const { columns, rows } = cells;
  const first = (rows - 1) * columns;
  const line = [...text.padEnd(columns)].slice(0, columns);
  for (const [at, char] of line.entries()) {
    cells.chars[first + at] = char.codePointAt(0) ?? SPACE;
    cells.foregrounds[first + at] = 0x000000;
    cells.backgrounds[first + at] = 0xc0c0c0;
  }
  return cells;
}
