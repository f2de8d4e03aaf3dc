/** Words on a text screen. */
import type { Cells } from '../cells.ts';

/** The numbers of the cells in which this text begins, whether letters are large or small, from the top on. */
export function findIn({ chars, columns, rows }: Cells, text: string): readonly number[] {
  const wanted = [...text.toLowerCase()];
  if (wanted.length === 0) return [];
  const found: number[] = [];
  for (let row = 0; row < rows; row++) {
    const line = Array.from(chars.subarray(row * columns, (row + 1) * columns), (char) =>
      String.fromCodePoint(char).toLowerCase(),
    );
    for (let at = 0; at + wanted.length <= columns; at++)
      if (wanted.every((char, index) => line[at + index] === char)) found.push(row * columns + at);
  }
  return found;
}
