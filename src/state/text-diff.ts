/**
 * How two texts differ, as lines for people: `-old`, `+new`, with two lines around each place; empty for the same text. No more than
 * `most` lines: how many are left out is said then.
 */
export async function textDiff(before: string, after: string, most: number): Promise<readonly string[]> {
  const { structuredPatch } = await import('diff');
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 2 });
  const lines = hunks.flatMap(({ oldStart, lines: changed }) => [
    `line ${oldStart}:`,
    ...changed.filter((line) => !line.startsWith('\\')),
  ]);
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `… and ${lines.length - most + 1} more lines`];
}
