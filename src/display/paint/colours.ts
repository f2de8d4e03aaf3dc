/** Colours of a picture in the colours that a terminal has, as parameters of SGR (xterm's). */
import { nearest256 } from '../../palette.ts';

/** Colours that the terminal can show: all, 256, 16, or none but its own. */
export type Depth = 'truecolor' | '256' | '16' | 'none';

/** `isBackground`: of what is behind the character. '' where there are no colours. */
export function sgrOf(rgb: number, depth: Depth, isBackground: boolean): string {
  const kind = isBackground ? 48 : 38;
  switch (depth) {
    case 'truecolor':
      return `${kind};2;${rgb >> 16};${(rgb >> 8) & 255};${rgb & 255}`;
    case '256':
      return `${kind};5;${nearest256(rgb >> 16, (rgb >> 8) & 255, rgb & 255)}`;
    case '16': {
      const colour = nearest(rgb, SIXTEEN);
      return String((colour < 8 ? 30 : 82) + colour + (isBackground ? 10 : 0));
    }
    case 'none':
      return '';
  }
}

/** What xterm has for the first sixteen; other terminals differ, since users choose them. */
const SIXTEEN: readonly number[] = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00,
  0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];
function nearest(rgb: number, colours: readonly number[]): number {
  let best = 0;
  for (let at = 1; at < colours.length; at++)
    if (distance(rgb, colours[at] ?? 0) < distance(rgb, colours[best] ?? 0)) best = at;
  return best;
}

const distance = (one: number, other: number): number =>
  ((one >> 16) - (other >> 16)) ** 2 +
  (((one >> 8) & 255) - ((other >> 8) & 255)) ** 2 +
  ((one & 255) - (other & 255)) ** 2;
