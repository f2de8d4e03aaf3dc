/** Takes the place of the package `string-width` in the bundle, with the same answers (width.slow.test.ts compares all). */
import { width } from '../../src/terminal/width.ts';

interface Options {
  readonly countAnsiEscapeCodes?: boolean;
}

export default function stringWidth(text: string, { countAnsiEscapeCodes = false }: Options = {}): number {
  return width(text, countAnsiEscapeCodes);
}
