import type { Tree } from '../../src/state/query/tree.ts';

/** The rows as a reader would see them: two blanks a level, + for a closed branch. */
export const drawn = (tree: Tree): readonly string[] =>
  Array.from({ length: tree.length }, (_, index) => {
    const row = tree.at(index);
    if (!row) return 'nothing';
    const sign = 'open' in row && !row.open ? '+ ' : '';
    return `${'  '.repeat(row.depth)}${sign}${row.kind} ${row.id}`;
  });
