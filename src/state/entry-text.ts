/**
 * Rows and pairs as one text: `size=20GiB,storage=ssd`. A comma in a value is typed twice, and so is the semicolon between
 * rows. A key with an equals sign in it can't be written so.
 */

export type Entry = readonly [key: string, text: string];

export const joinTexts = (parts: readonly string[], separator: string): string =>
  parts.map((part) => part.replaceAll(separator, separator + separator)).join(separator);

/** The parts between separators, each with its doubled separators made single again. */
export function splitTexts(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== separator) part += text[at];
    else if (text[at + 1] === separator) {
      part += separator;
      at++;
    } else {
      parts.push(part);
      part = '';
    }
  }
  return [...parts, part];
}

export const joinEntries = (entries: readonly Entry[]): string =>
  joinTexts(
    entries.map(([key, text]) => `${key}=${text}`),
    ',',
  );

/** The entries, or the sentence why they are none. It does not quote: what stands there may be a part of a secret. */
export function splitEntries(text: string): readonly Entry[] | string {
  const entries: Entry[] = [];
  for (const [at, part] of splitTexts(text, ',').entries()) {
    const middle = part.indexOf('=');
    if (middle < 1)
      return at === 0 ? 'must be key=value,…' : `part ${at + 1} is not key=value (a comma is typed as ,,)`;
    const key = part.slice(0, middle).trim();
    if (entries.some(([known]) => known === key)) return `${JSON.stringify(key)} is there twice`;
    entries.push([key, part.slice(middle + 1)]);
  }
  return entries;
}
