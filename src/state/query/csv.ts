/** Spreadsheets run a cell that starts like this as a formula; the apostrophe makes it text. */
const FORMULA = /^[=+\-@\t\r]/;

/** Takes out of a text what a terminal may act on: terminal/width.ts has it. */
type Clean = (text: string) => string;

function cell(value: unknown, clean: Clean): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const isPlainList = Array.isArray(value) && value.every((one) => typeof one !== 'object');
  const words = isPlainList ? value.join(' ') : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const text = clean(words);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A line of RFC 4180, without its end. Lists of words are joined by blanks; what holds objects is JSON; unknown values are empty. */
export const csvLine = (values: readonly unknown[], clean: Clean): string =>
  values.map((value) => cell(value, clean)).join(',');
