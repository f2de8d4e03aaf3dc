/** The words of a line as a POSIX shell divides it, without filling anything in (Python's shlex.split). */

const BLANK = /[ \t\r\n]/;

/** Undefined when a quote is not closed, or a backslash stands at the end. */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) return undefined;
      word = (word ?? '') + line.slice(at + 1, end);
      at = end;
    } else if (char === '"') {
      const quoted = quotedFrom(line, at + 1);
      if (!quoted) return undefined;
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else if (char === '\\') {
      if (++at >= line.length) return undefined;
      word = (word ?? '') + line.charAt(at);
    } else if (BLANK.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + char;
    }
  }
  return word === undefined ? words : [...words, word];
}

/** Up to the closing double quote; a backslash is taken away before a quote and before a backslash only. */
function quotedFrom(line: string, start: number): { readonly text: string; readonly end: number } | undefined {
  let text = '';
  for (let at = start; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === '"') return { text, end: at };
    const next = line.charAt(at + 1);
    if (char === '\\' && (next === '"' || next === '\\')) {
      text += next;
      at++;
    } else {
      text += char;
    }
  }
  return undefined;
}
