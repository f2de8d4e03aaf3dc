/** How a cell of a screen model looks, as parameters of SGR for a terminal that has these colours. */
import type { IBufferCell } from '@xterm/headless';
import { type Depth, sgrOf } from '../display/paint/colours.ts';

/** `1;31`, in as many colours as there are; empty for one that looks like any blank. */
export function cellStyle(cell: IBufferCell, depth: Depth, isInverted: boolean): string {
  const isInverse = cell.isInverse() !== 0;
  if (cell.isAttributeDefault()) return isInverted ? '7' : '';
  const parts = [
    cell.isBold() && '1',
    cell.isDim() && '2',
    cell.isItalic() && '3',
    cell.isUnderline() && '4',
    cell.isBlink() && '5',
    isInverse !== isInverted && '7',
    cell.isInvisible() && '8',
    cell.isStrikethrough() && '9',
    cell.isOverline() && '53',
    !cell.isFgDefault() && colour(cell.getFgColor(), cell.isFgRGB(), depth, false),
    !cell.isBgDefault() && colour(cell.getBgColor(), cell.isBgRGB(), depth, true),
  ];
  return parts.filter(Boolean).join(';');
}

/** The sixteen colours that users choose for themselves are left to them, all others are as near as the terminal can. */
function colour(value: number, isRgb: boolean, depth: Depth, isBackground: boolean): string {
  if (depth === 'none') return '';
  if (isRgb) return sgrOf(value, depth, isBackground);
  if (value < 16) return String((value < 8 ? 30 : 82) + value + (isBackground ? 10 : 0));
  return depth === '16' ? sgrOf(rgbOf(value), depth, isBackground) : `${isBackground ? 48 : 38};5;${value}`;
}

/** Of one of xterm's 256 behind the first sixteen: a cube of 6x6x6, then greys. */
function rgbOf(number: number): number {
  if (number >= 232) return (8 + (number - 232) * 10) * 0x010101;
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const at = number - 16;
  return (level(Math.floor(at / 36)) << 16) | (level(Math.floor(at / 6) % 6) << 8) | level(at % 6);
}
