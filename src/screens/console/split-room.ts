/** Beside the tree there must be room for both. */
export const SPLIT_FROM = 120;
const TREE_SHARE = 0.33;
const TREE_AT_LEAST = 38;
/** A console of 80 columns and the line between them. */
const CONSOLE_AT_LEAST = 81;

/** How wide the tree is beside a console. */
export const treeColumns = (columns: number): number =>
  Math.max(TREE_AT_LEAST, Math.min(columns - CONSOLE_AT_LEAST, Math.round(columns * TREE_SHARE)));
