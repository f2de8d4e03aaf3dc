/** Where the terminal's cursor is, counted from 0. */
export interface Position {
  readonly column: number;
  readonly row: number;
}

const MOST_LINE_FEEDS = 3;

/** The shortest sequence that puts the cursor at `to`; `from` is undefined when terminals may disagree about it. */
export function moveTo(from: Position | undefined, to: Position): string {
  const ways = [absolute(to)];
  if (from) {
    const down = to.row - from.row;
    ways.push(times(Math.abs(down), down > 0 ? 'B' : 'A') + along(from.column, to.column));
    if (down >= 0 && down <= MOST_LINE_FEEDS) ways.push(`\r${'\n'.repeat(down)}${along(0, to.column)}`);
  }
  return ways.reduce((best, way) => (way.length < best.length ? way : best));
}

function absolute({ column, row }: Position): string {
  if (column > 0) return `\x1b[${row + 1};${column + 1}H`;
  return row > 0 ? `\x1b[${row + 1}H` : '\x1b[H';
}

function along(from: number, to: number): string {
  if (to >= from) return times(to - from, 'C');
  const back = times(from - to, 'D');
  return from - to < back.length ? '\b'.repeat(from - to) : back;
}

function times(count: number, letter: string): string {
  if (count === 0) return '';
  return `\x1b[${count === 1 ? '' : count}${letter}`;
}
