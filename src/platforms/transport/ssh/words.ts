/** The lines of ssh_config(5) as words, by the rules of OpenSSH's argv_split() and strdelim(). */

export interface SshConfigLine {
  /** In lower case. */
  readonly keyword: string;
  /** All that follows, without blanks around it. */
  readonly rest: string;
  /** `rest` as words without quotes, up to a note; undefined when a quote is not closed. */
  readonly words: readonly string[] | undefined;
}

/** Undefined for an empty line and a note. */
export function sshConfigLine(raw: string): SshConfigLine | undefined {
  const match = /^[ \t\r]*([^ \t\r=]+)(?:[ \t\r]*=[ \t\r]*|[ \t\r]+|$)(.*)$/s.exec(raw.replace(/[ \t\r\n\f]+$/, ''));
  const [, keyword = '', rest = ''] = match ?? [];
  if (keyword === '' || keyword.startsWith('#')) return undefined;
  return { keyword: keyword.toLowerCase(), rest, words: wordsOf(rest) };
}

function wordsOf(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? '';
    const next = text[at + 1] ?? '';
    if (word === undefined) {
      if (sign === ' ' || sign === '\t') continue;
      if (sign === '#') return words;
      word = '';
    }
    if (sign === '\\' && (next === "'" || next === '"' || next === '\\' || (quote === '' && next === ' '))) {
      word += next;
      at++;
    } else if (quote === '' && (sign === ' ' || sign === '\t')) {
      words.push(word);
      word = undefined;
    } else if (quote === '' && (sign === '"' || sign === "'")) quote = sign;
    else if (quote !== '' && sign === quote) quote = '';
    else word += sign;
  }
  if (quote !== '') return undefined;
  return word === undefined ? words : [...words, word];
}
