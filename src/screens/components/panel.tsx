import { Box } from 'ink';
import type { ReactNode } from 'react';
import { clean, fit, width } from '../../terminal/width.ts';
import type { Look, Room } from '../frame/look.ts';
import { Lines } from './lines.tsx';

/** `Keys`, or `Keys: lines 1-20 of 34` where not all of them fit. */
export const linesOf = (title: string, first: number, page: number, all: number): string =>
  all <= page ? title : `${title}: lines ${first + 1}-${Math.min(all, first + page)} of ${all}`;

interface PanelProps {
  readonly title: string;
  readonly look: Look;
  readonly room: Room;
  /** Painted lines; those that don't fit are left out. */
  readonly lines: readonly string[];
  /** The width of the widest line, without the frame. */
  readonly columns: number;
  /** Rows that `children` take, below the lines. */
  readonly childRows?: number;
  readonly children?: ReactNode;
}

/** A framed box in the middle of the screen. It covers what is below it, blanks included. */
export function Panel({ title, look, room, lines, columns, childRows = 0, children }: PanelProps) {
  const inner = Math.max(10, Math.min(columns, room.columns - 4));
  const shown = lines.slice(0, Math.max(0, room.rows - 2 - childRows));
  const rows = shown.length + childRows;
  const { theme, glyphs } = look;
  const [topLeft, topRight, bottomLeft, bottomRight] = glyphs.corners;
  const name = fit(clean(title), Math.min(width(clean(title)), inner - 2));
  const edge = theme.paint('border', glyphs.vertical);
  const framed = [
    theme.paint('border', `${topLeft}${glyphs.horizontal} `) +
      theme.paint('title', name) +
      theme.paint('border', ` ${glyphs.horizontal.repeat(Math.max(0, inner - width(name) - 1))}${topRight}`),
    ...Array.from({ length: rows }, (_, at) => `${edge} ${padded(shown[at] ?? '', inner)} ${edge}`),
    theme.paint('border', bottomLeft + glyphs.horizontal.repeat(inner + 2) + bottomRight),
  ];
  const left = Math.max(0, Math.floor((room.columns - inner - 4) / 2));
  const top = Math.max(0, Math.floor((room.rows - rows - 2) / 2));
  return (
    <>
      <Box position="absolute" left={left} top={top}>
        <Lines lines={framed} />
      </Box>
      {children === undefined ? null : (
        <Box position="absolute" left={left + 2} top={top + 1 + shown.length} width={inner}>
          {children}
        </Box>
      )}
    </>
  );
}

/** Painted lines can't be cut without their colours, so the caller keeps to the width; here they are filled up. */
const padded = (line: string, columns: number): string => line + ' '.repeat(Math.max(0, columns - width(line)));
