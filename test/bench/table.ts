/** At most three digits that say something; `-` for what was not measured. */
export const number = (value: number | null): string =>
  value === null || Number.isNaN(value)
    ? '-'
    : value >= 100
      ? String(Math.round(value))
      : String(Number(value.toFixed(1)));

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
