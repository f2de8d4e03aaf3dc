/**
 * What JSON leaves as it is although a terminal may act on it: DEL, the C1 controls (U+009B starts an escape sequence),
 * line separators, marks that turn the direction of text, and the byte order mark.
 */
const ACTIVE = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** `\u202e` for each such character: right inside the strings of JSON and of double-quoted YAML, nowhere else. */
export const escapeActive = (text: string): string =>
  text.replace(ACTIVE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

export const hasActive = (text: string): boolean => text.search(ACTIVE) >= 0;
