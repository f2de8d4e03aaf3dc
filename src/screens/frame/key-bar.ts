import { width } from '../../terminal/width.ts';
import type { Hint } from './layers.ts';
import type { Look } from './look.ts';

/** A hint with its place in the line. */
interface PlacedHint extends Hint {
  readonly from: number;
  /** The column behind it. */
  readonly to: number;
}

/** Stands behind the keys when there are more of them than have room. */
const MORE = ' … ';

interface Placed {
  readonly hints: readonly PlacedHint[];
  /** Between those that come and go and those that are always of use: how many of the former are shown. */
  readonly cutAfter: number | undefined;
}

/** The hints that fit, in order, those that are always of use behind the others. */
function placed(hints: readonly Hint[], columns: number): Placed {
  const tail = fitting(
    hints.filter(({ always }) => always),
    columns,
    0,
  );
  const taken = tail.at(-1)?.to ?? 0;
  const others = hints.filter(({ always }) => !always);
  const room = columns - taken;
  const whole = fitting(others, room, 0);
  const isCut = whole.length < others.length && room >= width(MORE);
  const rest = isCut ? fitting(others, room - width(MORE), 0) : whole;
  const moved = (rest.at(-1)?.to ?? 0) + (isCut ? width(MORE) : 0);
  return {
    hints: [...rest, ...tail.map((hint) => ({ ...hint, from: hint.from + moved, to: hint.to + moved }))],
    cutAfter: isCut ? rest.length : undefined,
  };
}

function fitting(hints: readonly Hint[], columns: number, start: number): readonly PlacedHint[] {
  const fit: PlacedHint[] = [];
  let from = start;
  for (const hint of hints) {
    const to = from + width(hint.key) + width(hint.does) + 3;
    if (to > columns) break;
    fit.push({ ...hint, from, to });
    from = to;
  }
  return fit;
}

/** The keys that have a meaning now; a disabled one is dim and says why when it is pressed. */
export function keyBar(hints: readonly Hint[], columns: number, { theme }: Look): string {
  const { hints: shown, cutAfter } = placed(hints, columns);
  const drawn = shown.map(({ key, does, disabled }) =>
    disabled ? ` ${theme.paint('dim', `${key} ${does}`)} ` : ` ${theme.paint('key', key)} ${does} `,
  );
  return (cutAfter === undefined ? drawn : drawn.toSpliced(cutAfter, 0, theme.paint('dim', MORE))).join('');
}

/** The hint that was drawn at this column. */
export const hintAt = (hints: readonly Hint[], columns: number, column: number): Hint | undefined =>
  placed(hints, columns).hints.find(({ from, to }) => column >= from && column < to);
