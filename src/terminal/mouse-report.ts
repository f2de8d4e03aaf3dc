import type { Mouse } from './keys.ts';

/** Without the number of the read that it came in, which the parser knows. */
type Report = Omit<Mouse, 'read'>;

/** Characters of X10's encoding, and the parameters of 1005 and 1015, are all larger by this. */
const OFFSET = 32;

/** SGR's encoding (mode 1006): CSI < button ; column ; row M, or m for a release. */
export function sgrMouse(parameters: string, final: string): Report | undefined {
  const [bits, column, row] = numbers(parameters.slice(1));
  return report(bits, column, row, final === 'm');
}

/** urxvt's encoding (mode 1015): CSI button ; column ; row M. */
export function urxvtMouse(parameters: string): Report | undefined {
  const [bits = Number.NaN, column, row] = numbers(parameters);
  return legacy(bits - OFFSET, column, row);
}

/** X10's encoding and its extension in UTF-8 (mode 1005): three characters behind CSI M. */
export function x10Mouse([bits = Number.NaN, column = 0, row = 0]: readonly number[]): Report | undefined {
  return legacy(bits - OFFSET, column - OFFSET, row - OFFSET);
}

const numbers = (parameters: string): readonly number[] => parameters.split(';').map(Number);

/** Older encodings don't say which button is released: it is number 3. */
function legacy(bits: number, column?: number, row?: number): Report | undefined {
  const isRelease = (bits & 0b1110_0011) === 3;
  return report(bits, column, row, isRelease);
}

/** Undefined for what is no report, and for wheels and buttons that few mice have. Columns and rows count from 1 here. */
function report(bits = Number.NaN, column = Number.NaN, row = Number.NaN, released: boolean): Report | undefined {
  if (!Number.isInteger(bits) || bits < 0 || !(column > 0) || !(row > 0)) return undefined;
  const place = {
    column: column - 1,
    row: row - 1,
    shift: (bits & 4) > 0,
    alt: (bits & 8) > 0,
    ctrl: (bits & 16) > 0,
  };
  if (bits & 128) return undefined;
  if (bits & 64) {
    if ((bits & 3) > 1) return undefined;
    return { kind: 'mouse', action: bits & 1 ? 'wheel-down' : 'wheel-up', button: undefined, ...place };
  }
  const button = (['left', 'middle', 'right', undefined] as const)[bits & 3];
  const action = bits & 32 ? 'drag' : released ? 'release' : 'press';
  return { kind: 'mouse', action, button, ...place };
}
