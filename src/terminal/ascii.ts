import { clusters, width } from './width.ts';

/** One column each, as the signs that they stand for. */
const LIKE: Readonly<Record<string, string>> = {
  '…': '~',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '→': '>',
  '↑': '^',
  '↓': 'v',
  '•': '*',
  '×': 'x',
};
const OTHER = /[^\x00-\x7f]/;
const MARKS = /\p{M}/gu;

/** The same line in as many columns, for terminals whose characters are bytes: letters without their marks, `?` for the rest. */
export function inAscii(line: string): string {
  if (!OTHER.test(line)) return line;
  let text = '';
  for (const cluster of clusters(line)) {
    if (!OTHER.test(cluster)) text += cluster;
    else {
      const bare = LIKE[cluster] ?? cluster.normalize('NFD').replace(MARKS, '');
      text += OTHER.test(bare) ? '?'.repeat(width(cluster)) : bare;
    }
  }
  return text;
}
