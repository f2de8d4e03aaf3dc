import { clean } from '../terminal/width.ts';

/** Spreadsheets run a cell that starts like this as a formula; the apostrophe makes it text. */
const FORMULA = /^[=+\-@\t\r]/;

const cell = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const words = Array.isArray(value)
    ? value.map(String).join(' ')
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
  const text = clean(words);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** RFC 4180 with the line ends of this system. Lists are joined by blanks, unknown values are empty. */
export const csvLines = (
  keys: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
): readonly string[] => [keys.map(cell).join(','), ...rows.map((row) => keys.map((key) => cell(row[key])).join(','))];
