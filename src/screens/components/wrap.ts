import { clean, width } from '../../terminal/width.ts';

/** A text cut into lines of `room` columns at most, at blanks where there are some; at least one column each. */
export function wrapped(text: string, room: number): readonly string[] {
  const columns = Math.max(1, room);
  const lines: string[] = [];
  let line = '';
  for (const word of clean(text).split(' ')) {
    if (line !== '' && width(line) + 1 + width(word) > columns) {
      lines.push(line);
      line = '';
    }
    let rest = word;
    while (width(rest) > columns) {
      const head = [...rest].slice(0, columns - width(line) - (line === '' ? 0 : 1));
      lines.push(line === '' ? head.join('') : `${line} ${head.join('')}`);
      rest = [...rest].slice(head.length).join('');
      line = '';
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  return line === '' ? lines : [...lines, line];
}
