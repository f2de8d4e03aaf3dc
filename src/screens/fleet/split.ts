/** What was chosen by dragging: the columns of details on the right, their rows when they are below. */
export interface Split {
  readonly right?: number;
  readonly below?: number;
}
