import { stripVTControlCharacters } from 'node:util';
import { glyphsOf } from '../../src/screens/frame/glyphs.ts';
import type { Look } from '../../src/screens/frame/look.ts';
import type { Theme } from '../../src/state/theme/theme.ts';
import { COLOUR_WORDS } from '../../src/state/theme/theme-file.ts';

/** Paints each word with an escape sequence of its own, which takes no column, so that tests can read the words back. */
const theme: Theme = {
  name: 'words',
  paint: (word, text) => `\x1b[38;5;${COLOUR_WORDS.indexOf(word)}m${text}\x1b[0m`,
};

export const look: Look = { theme, glyphs: glyphsOf('unicode') };

/** Text with what it is painted as: `{danger|no}`. */
export const painted = (text: string): string =>
  text.replace(
    /\x1b\[38;5;(-?\d+)m(.*?)\x1b\[(?:0|39)m/gs,
    (_all, word: string, inside: string) => `{${COLOUR_WORDS[Number(word)] ?? 'no colour'}|${inside}}`,
  );

/** Without colours and without blanks at the ends of lines. */
export const plain = (lines: string | readonly string[]): string =>
  stripVTControlCharacters(typeof lines === 'string' ? lines : lines.join('\n'))
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
