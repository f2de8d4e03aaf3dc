/** Moving, searching and selecting in what a console has written, while the guest goes on. */
import type { IBufferLine } from '@xterm/headless';
import type { ScreenModel } from './screen-model.ts';

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Scrollback {
  /** The first line that is shown in so many rows. */
  first(rows: number): number;
  readonly cursor: Place;
  /** Moves the cursor; beyond an edge it stays there. */
  move(lines: number, columns?: number): void;
  toLine(line: number): void;
  toColumn(column: number): void;
  toEnd(): void;
  /** Starts to select at the cursor, by characters or by whole lines; the same once more ends it. */
  select(by: 'characters' | 'lines'): void;
  readonly isSelecting: boolean;
  /** What is selected, or the line of the cursor. Lines that were too long for the screen are whole again. */
  text(): string;
  /** Goes to the next match in this direction, and goes on at the other end. `none` when there is no match at all. */
  find(words: string, by: 1 | -1): 'found' | 'went on' | 'none';
  isInverted(line: number): (column: number) => boolean;
  end(): void;
}

/** Rows that a line may be long to be searched as one. */
const LONGEST = 200;

export function createScrollback(model: ScreenModel): Scrollback {
  const followed = model.follow();
  let dropped = 0;
  let cursor: Place = { column: 0, line: model.cursor()?.line ?? model.lines() - 1 };
  let top = model.top();
  let anchor: (Place & { readonly by: 'characters' | 'lines' }) | undefined;
  let needle = '';

  const columns = () => model.size().columns;
  const inside = (line: number) => Math.min(Math.max(line, 0), model.lines() - 1);

  /** Lines have another number when some were dropped at the beginning. */
  function settle(): void {
    const now = followed.dropped();
    const by = now - dropped;
    dropped = now;
    if (by > 0) {
      const moved = <P extends Place>(place: P): P => ({ ...place, line: inside(place.line - by) });
      cursor = moved(cursor);
      top = inside(top - by);
      anchor = anchor && moved(anchor);
    }
    cursor = { line: inside(cursor.line), column: Math.min(Math.max(cursor.column, 0), columns() - 1) };
  }

  /** What is selected, from the first place to the last, both of them included. */
  function range(): readonly [Place, Place] | undefined {
    if (!anchor) return undefined;
    const [first, last] = isBefore(anchor, cursor) ? [anchor, cursor] : [cursor, anchor];
    if (anchor.by === 'characters') return [first, last];
    return [
      { line: first.line, column: 0 },
      { line: last.line, column: columns() - 1 },
    ];
  }

  return {
    first(rows) {
      settle();
      top = Math.min(Math.max(top, cursor.line - rows + 1), cursor.line);
      top = Math.max(0, Math.min(top, model.lines() - rows));
      return top;
    },
    get cursor() {
      settle();
      return cursor;
    },
    move(lines, by = 0) {
      settle();
      cursor = { line: inside(cursor.line + lines), column: cursor.column + by };
      settle();
    },
    toLine(line) {
      settle();
      cursor = { ...cursor, line: inside(line) };
    },
    toColumn(column) {
      cursor = { ...cursor, column };
      settle();
    },
    toEnd() {
      settle();
      const text = model.line(cursor.line)?.translateToString(true) ?? '';
      cursor = { ...cursor, column: Math.max(0, text.length - 1) };
    },
    select(by) {
      settle();
      anchor =
        anchor?.by === by ? undefined : { ...cursor, ...(anchor && { line: anchor.line, column: anchor.column }), by };
    },
    get isSelecting() {
      return anchor !== undefined;
    },
    text() {
      settle();
      const [first, last] = range() ?? [
        { line: whole(model, cursor.line).from, column: 0 },
        { line: whole(model, cursor.line).to, column: columns() - 1 },
      ];
      let text = '';
      for (let at = first.line; at <= last.line; at++) {
        const from = at === first.line ? first.column : 0;
        const to = at === last.line ? last.column + 1 : columns();
        const goesOn = at < last.line && model.line(at + 1)?.isWrapped === true;
        text += model.line(at)?.translateToString(!goesOn, from, to) ?? '';
        if (at < last.line && !goesOn) text += '\n';
      }
      return text;
    },
    find(words, by) {
      settle();
      needle = words;
      const start = cursor;
      const lines = model.lines();
      let line = whole(model, start.line);
      for (let looked = 0, hasWrapped = false; looked <= lines + LONGEST; ) {
        const inLine = by > 0 ? matches(model, line, needle) : [...matches(model, line, needle)].reverse();
        const next = inLine.find(([place]) => hasWrapped || (by > 0 ? isBefore(start, place) : isBefore(place, start)));
        if (next) {
          cursor = next[0];
          return hasWrapped ? 'went on' : 'found';
        }
        looked += line.to - line.from + 1;
        const beyond = by > 0 ? line.to + 1 : line.from - 1;
        hasWrapped ||= beyond < 0 || beyond >= lines;
        line = whole(model, beyond < 0 ? lines - 1 : beyond >= lines ? 0 : beyond);
      }
      return 'none';
    },
    isInverted(line) {
      settle();
      const selected = range();
      const found = matches(model, whole(model, line), needle);
      const isIn = (column: number, [first, last]: readonly [Place, Place]) => {
        const here = { line, column };
        return !isBefore(here, first) && !isBefore(last, here);
      };
      return (column) => {
        const isCursor = line === cursor.line && column === cursor.column;
        const isMarked = (selected && isIn(column, selected)) || found.some((match) => isIn(column, match));
        return isCursor !== (isMarked === true);
      };
    },
    end: followed.end,
  };
}

interface Rows {
  readonly from: number;
  readonly to: number;
}

/** The rows of the line that this one is a part of, from the first on. */
function whole(model: ScreenModel, at: number): Rows {
  let from = at;
  while (from > 0 && at - from < LONGEST && model.line(from)?.isWrapped) from--;
  let to = from;
  while (to + 1 < model.lines() && to - from < LONGEST && model.line(to + 1)?.isWrapped) to++;
  return { from, to };
}

/** Where the words are in the line of these rows, first and last place of each. */
function matches(model: ScreenModel, { from, to }: Rows, needle: string): readonly (readonly [Place, Place])[] {
  if (needle === '') return [];
  let text = '';
  const places: Place[] = [];
  for (let line = from; line <= to; line++) {
    const row = model.line(line);
    if (row) text += cellsOf(row, line, places);
  }
  const ignoresCase = needle === needle.toLowerCase();
  const searched = ignoresCase ? lowered(text) : text;
  const found: (readonly [Place, Place])[] = [];
  for (let at = searched.indexOf(needle); at >= 0; at = searched.indexOf(needle, at + needle.length)) {
    const [first, last] = [places[at], places[at + needle.length - 1]];
    if (first && last) found.push([first, last]);
  }
  return found;
}

const isBefore = (one: Place, other: Place): boolean =>
  one.line < other.line || (one.line === other.line && one.column < other.column);

/** As long as the text was, so that places stay what they are. */
const lowered = (text: string): string =>
  text.replace(/\p{Lu}/gu, (letter) => {
    const small = letter.toLowerCase();
    return small.length === letter.length ? small : letter;
  });

/** The text of a row; for each unit of it the cell that it is in is added to `places`. */
function cellsOf(row: IBufferLine, line: number, places: Place[]): string {
  let text = '';
  for (let column = 0; column < row.length; column++) {
    const cell = row.getCell(column);
    if (!cell || cell.getWidth() === 0) continue;
    const chars = cell.getChars() || ' ';
    for (let unit = 0; unit < chars.length; unit++) places.push({ line, column });
    text += chars;
  }
  return text;
}
