/** One word of a POSIX shell that stands for this text, quoted where it has to be. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** A command line that can be pasted into a shell. */
export const commandLine = (argv: readonly string[]): string => argv.map(shellWord).join(' ');

/**
 * The words of a command line as a POSIX shell parts them, with quotes and backslashes, and without anything else that a shell
 * does: no variables, no patterns. Undefined where a quote is left open.
 */
export function wordsOfLine(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? '';
    const isEscape = char === '\\' && quote !== "'" && (quote === undefined || /["\\$`]/.test(line[at + 1] ?? ''));
    if (isEscape) word = (word ?? '') + (line[++at] ?? '');
    else if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else word = (word ?? '') + char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote !== undefined) return undefined;
  return word === undefined ? words : [...words, word];
}
