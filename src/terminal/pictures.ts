/**
 * Which pictures a terminal can show. It is asked in one go: for kitty's graphics protocol, for the size of a cell (xterm's
 * `CSI 16 t`, else the size of the text area, `CSI 14 t`), and at last what it is (DA1), which each terminal answers, so that
 * it is known when nothing more comes. DA1 names sixel as 4.
 */
export type Pictures = 'kitty' | 'sixel' | 'quadrants' | 'halves';

/** In pixels. */
export interface CellSize {
  readonly width: number;
  readonly height: number;
}

export interface PictureAnswers {
  readonly hasKitty: boolean;
  readonly hasSixel: boolean;
  readonly cell: CellSize | undefined;
}

/** A pixel of an image that is not kept, as kitty's documentation has it. */
const KITTY = '\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\';
export const PICTURE_QUESTION = `${KITTY}\x1b[16t\x1b[14t\x1b[c`;

/** Larger ones are no cells. */
const LARGEST_CELL = 256;

/** What these bytes from the terminal say, whatever was typed in between; undefined until the last answer has come. */
export function readPictureAnswers(
  said: string,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): PictureAnswers | undefined {
  const [, attributes] = /\x1b\[\?([\d;]*)c/.exec(said) ?? [];
  if (attributes === undefined) return undefined;
  const [, cellHeight, cellWidth] = /\x1b\[6;(\d+);(\d+)t/.exec(said) ?? [];
  const [, height, width] = /\x1b\[4;(\d+);(\d+)t/.exec(said) ?? [];
  return {
    hasKitty: said.includes('\x1b_Gi=31;OK\x1b\\'),
    hasSixel: attributes.split(';').includes('4'),
    cell:
      sizeOf(Number(cellWidth), Number(cellHeight)) ??
      sizeOf(Math.floor(Number(width) / columns), Math.floor(Number(height) / rows)),
  };
}

const sizeOf = (width: number, height: number): CellSize | undefined =>
  width > 0 && height > 0 && width <= LARGEST_CELL && height <= LARGEST_CELL ? { width, height } : undefined;

/** What `DROVER_PICTURES` asks for; undefined for a word that it does not have, and where it is not set. */
export function wantedPictures(env: Readonly<Record<string, string | undefined>>): Pictures | undefined {
  const word = env['DROVER_PICTURES'];
  return word === 'kitty' || word === 'sixel' || word === 'quadrants' || word === 'halves' ? word : undefined;
}
