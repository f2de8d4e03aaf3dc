/** bash's command lines: taken apart as bash does it (bash(1), QUOTING), and names quoted so that they stay one word. */

export interface BashLine {
  /** The words before the last, without quotes; the first is the command. */
  readonly before: readonly string[];
  /** The last word as it stands there, and without quotes. */
  readonly raw: string;
  readonly current: string;
  /** The quote that is still open in it. */
  readonly quote: '' | '"' | "'";
}

/** `line` ends where the cursor is. */
export function readBashLine(line: string): BashLine {
  const before: string[] = [];
  let word: string | undefined;
  let start = line.length;
  let quote: BashLine['quote'] = '';
  for (let index = 0; index < line.length; index++) {
    const sign = line[index] as string;
    if (quote === '' && /\s/.test(sign)) {
      if (word !== undefined) before.push(word);
      word = undefined;
      start = line.length;
      continue;
    }
    if (word === undefined) {
      word = '';
      start = index;
    }
    if (quote !== '' && sign === quote) quote = '';
    else if (quote === '' && (sign === '"' || sign === "'")) quote = sign;
    else if (sign === '\\' && quote !== "'" && escapes(line[index + 1], quote)) word += line[++index] ?? '';
    else word += sign;
  }
  return { before, raw: line.slice(start), current: word ?? '', quote };
}

/** Inside double quotes a backslash is for these only. */
const escapes = (next: string | undefined, quote: string): boolean =>
  quote === '' || (next !== undefined && '$`"\\'.includes(next));

/**
 * What bash has to put in place of `region`, the part of the last word that readline will replace (behind a colon or an
 * equals sign it is not all of it). Undefined where it can't be said so that the shell reads the very same name.
 */
export function bashReplacement({ raw, quote }: BashLine, region: string, value: string): string | undefined {
  const inQuotes = quote !== '' && !region.startsWith(quote);
  const kept = raw.endsWith(region) ? readBashLine(raw.slice(0, raw.length - region.length)).current : '';
  if (!value.startsWith(kept)) return undefined;
  const rest = value.slice(kept.length);
  if (quote === '') return rest.replace(/[^\w.,/+@%:=\u0080-\uffff-]/g, '\\$&');
  // Single quotes can't hold themselves. In double quotes nothing keeps an interactive shell from looking ! up in its
  // history, and readline takes a quote at the end for the closing one.
  if (quote === "'" ? rest.includes("'") : /!|"$/.test(rest)) return undefined;
  const escaped = quote === '"' ? rest.replace(/[$`"\\]/g, '\\$&') : rest;
  return inQuotes ? escaped : `${quote}${escaped}`;
}
