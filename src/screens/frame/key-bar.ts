import { width } from '../../terminal/width.ts';
import type { Hint } from './layers.ts';
import type { Look } from './look.ts';

/** A hint with its place in the line. */
interface PlacedHint extends Hint {
  readonly from: number;
  /** The column behind it. */
  readonly to: number;
}

/** The hints that fit, in order, those that are always of use behind the others. */
function placed(hints: readonly Hint[], columns: number): readonly PlacedHint[] {
  const tail = fitting(
    hints.filter(({ always }) => always),
    columns,
    0,
  );
  const taken = tail.at(-1)?.to ?? 0;
  const rest = fitting(
    hints.filter(({ always }) => !always),
    columns - taken,
    0,
  );
  const moved = rest.at(-1)?.to ?? 0;
  return [...rest, ...tail.map((hint) => ({ ...hint, from: hint.from + moved, to: hint.to + moved }))];
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
export const keyBar = (hints: readonly Hint[], columns: number, { theme }: Look): string =>
  placed(hints, columns)
    .map(({ key, does, disabled }) =>
      disabled ? ` ${theme.paint('dim', `${key} ${does}`)} ` : ` ${theme.paint('key', key)} ${does} `,
    )
    .join('');

/** The hint that was drawn at this column. */
export const hintAt = (hints: readonly Hint[], columns: number, column: number): Hint | undefined =>
  placed(hints, columns).find(({ from, to }) => column >= from && column < to);
