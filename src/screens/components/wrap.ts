import { clean, clusters, width } from '../../terminal/width.ts';

/** A text cut into lines of `room` columns at most, at blanks where there are some; at least one column each. */
export function wrapped(text: string, room: number): readonly string[] {
  const columns = Math.max(1, room);
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const end = () => {
    lines.push(line);
    line = '';
    used = 0;
  };
  for (const word of clean(text).split(' ')) {
    const wide = width(word);
    if (used > 0 && used + 1 + wide <= columns) {
      line += ` ${word}`;
      used += 1 + wide;
      continue;
    }
    if (wide <= columns) {
      if (used > 0) end();
      line = word;
      used = wide;
      continue;
    }
    // A path or a key that is longer than a line goes on after the words before it.
    if (used > 0 && used + 1 < columns) {
      line += ' ';
      used++;
    } else if (used > 0) end();
    for (const cluster of clusters(word)) {
      const own = width(cluster);
      if (used > 0 && used + own > columns) end();
      line += cluster;
      used += own;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** A line cut where a terminal of `columns` would break it, with all its blanks: what a program has written is laid out. */
export function inPieces(text: string, columns: number): readonly string[] {
  const line = clean(text);
  if (width(line) <= columns) return [line];
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const cluster of clusters(line)) {
    const own = width(cluster);
    if (used + own > columns && used > 0) {
      pieces.push(piece);
      piece = '';
      used = 0;
    }
    piece += cluster;
    used += own;
  }
  return [...pieces, piece];
}
