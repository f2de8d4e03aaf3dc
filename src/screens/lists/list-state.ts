/** A cursor in a list and the window around it; knows neither keys nor looks. */
export interface ListState {
  readonly at: number;
  /** Negative is up; stops at the ends of the list as it was drawn last. Counts before the first drawing, too. */
  step(rows: number): void;
  /** To the line of the window that was drawn last; none when there is no such line. */
  toLine(line: number): void;
  /** First line of a window of this height over a list of this length. */
  window(length: number, height: number): number;
  /** The page of the window that was drawn last. */
  readonly page: number;
  readonly atEnd: boolean;
}

/** `follow`: as long as the cursor is on the last line it stays there when lines come. */
export function createListState(follow: boolean): ListState {
  let at = 0;
  let top = 0;
  let length: number | undefined;
  let page = 10;
  let pinned = follow;
  /** Steps up from the end of a list whose length is not known yet. */
  let early = 0;
  const step = (rows: number) => {
    if (length === undefined) {
      if (pinned) early = Math.min(0, early + rows);
      else at = Math.max(0, at + rows);
      return;
    }
    at = Math.max(0, Math.min(length - 1, at + rows));
    pinned = follow && at >= length - 1;
  };

  return {
    get at() {
      return at;
    },
    get page() {
      return page;
    },
    get atEnd() {
      return pinned;
    },
    step,
    toLine(line) {
      if (line >= 0 && line <= page && top + line < (length ?? 0)) step(top + line - at);
    },
    window(count, height) {
      length = count;
      page = Math.max(1, height - 1);
      if (pinned) at = count - 1;
      if (early < 0) step(early);
      early = 0;
      at = Math.max(0, Math.min(at, count - 1));
      if (at < top) top = at;
      if (at >= top + height) top = at - height + 1;
      top = Math.max(0, Math.min(top, count - height));
      return top;
    },
  };
}
