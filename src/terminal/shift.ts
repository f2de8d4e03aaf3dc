import { blankRow, type Row } from './cells.ts';

/** Lines that moved together, as the two editing commands that move them: delete some here, insert as many there. */
export interface Shift {
  readonly count: number;
  readonly deleteAt: number;
  /** Counted after the deletion. */
  readonly insertAt: number;
}

/** Lists scroll by a line or by a wheel's notch; what goes further is a jump, and jumps have little in common. Down is positive. */
const DISTANCES = [1, -1, 2, -2, 3, -3] as const;
/** Cells that must be saved to be worth the bytes that moving the lines takes. */
const WORTH = 40;

/**
 * The shift that leaves the fewest cells to paint, or undefined when none is worth it.
 * Both screens have the same size and the same alphabet.
 */
export function findShift(before: readonly Row[], after: readonly Row[]): Shift | undefined {
  const blank = blankRow(after[0]?.glyphs.length ?? 0);
  const inPlace = after.map((row, index) => difference(row, before[index]));
  let best: Shift | undefined;
  let mostSaved = WORTH;
  const obvious = DISTANCES.find((by) => explainsMost(by, before, after));
  for (const by of obvious === undefined ? DISTANCES : [obvious]) {
    const saved = after.map((row, index) => (inPlace[index] ?? 0) - difference(row, before[index + by]));
    const run = richestRun(saved);
    if (!run) continue;
    const count = Math.abs(by);
    const shift =
      by > 0
        ? { count, deleteAt: run.first, insertAt: run.last + 1 }
        : { count, deleteAt: run.last - count + 1, insertAt: run.first - count };
    let gain = run.sum;
    for (let index = shift.insertAt; index < shift.insertAt + count; index++) {
      gain += (inPlace[index] ?? 0) - difference(blank, after[index]);
    }
    if (gain <= mostSaved) continue;
    best = shift;
    mostSaved = gain;
  }
  return best;
}

/** Whether more than half of the rows that changed are rows that were there before, so far away: then no other fits better. */
function explainsMost(by: number, before: readonly Row[], after: readonly Row[]): boolean {
  let changed = 0;
  let moved = 0;
  for (const [index, row] of after.entries()) {
    if (row === before[index]) continue;
    changed++;
    if (row === before[index + by]) moved++;
  }
  return moved * 2 > changed;
}

/** The rows as the terminal has them after the two commands. */
export function shifted(rows: readonly Row[], { count, deleteAt, insertAt }: Shift): Row[] {
  const blank = blankRow(rows[0]?.glyphs.length ?? 0);
  return rows.toSpliced(deleteAt, count).toSpliced(insertAt, 0, ...Array.from({ length: count }, () => blank));
}

/** The cells that differ. A row that is not there is unlike everything, so that no run reaches over the edge. */
function difference(a: Row, b: Row | undefined): number {
  if (!b) return Number.POSITIVE_INFINITY;
  if (a === b) return 0;
  let count = 0;
  for (let column = 0; column < a.glyphs.length; column++) {
    if (a.glyphs[column] !== b.glyphs[column] || a.styles[column] !== b.styles[column]) count++;
  }
  return count;
}

interface Run {
  readonly first: number;
  readonly last: number;
  readonly sum: number;
}

/** The neighbouring values with the highest sum (Kadane's walk). */
function richestRun(values: readonly number[]): Run | undefined {
  let best: Run | undefined;
  let first = 0;
  let sum = 0;
  for (const [index, value] of values.entries()) {
    if (sum <= 0) {
      first = index;
      sum = 0;
    }
    sum += value;
    if (sum > (best?.sum ?? 0)) best = { first, last: index, sum };
  }
  return best;
}
