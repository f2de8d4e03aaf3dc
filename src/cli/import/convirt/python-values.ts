/** Assignments of Python's own values, as configuration files of Xen and ConVirt have them. Nothing is run: all else is refused. */
import { FleetError } from '../../../errors.ts';

export type PythonValue = string | number | boolean | null | readonly PythonValue[] | ReadonlyMap<string, PythonValue>;

const MOST_DEPTH = 8;
const MOST_VALUES = 10_000;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  n: '\n',
  t: '\t',
  r: '\r',
  '\n': '',
};
const CLOSES: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };

/** By name; of two of one name the later counts. Throws config.invalid, with the line, for anything but names with values. */
export function readAssignments(file: string, text: string): ReadonlyMap<string, PythonValue> {
  const reader = createReader(file, text);
  const values = new Map<string, PythonValue>();
  for (reader.skip(true); !reader.isAtEnd(); reader.skip(true)) {
    const name = reader.take(/[A-Za-z_]\w*/y) ?? reader.refuse('here is no name');
    reader.skip(false);
    if (reader.take(/=(?!=)/y) === undefined) reader.refuse(`behind ${name} there is no =`);
    reader.skip(false);
    values.set(name, reader.value(0));
    reader.skip(false);
    if (!reader.isAtEnd() && reader.take(/\n/y) === undefined) reader.refuse(`${name} has more than one value`);
  }
  return values;
}

function createReader(file: string, text: string) {
  let at = 0;
  let count = 0;

  const refuse = (why: string): never => {
    const line = text.slice(0, at).split('\n').length;
    throw new FleetError(
      'config.invalid',
      `${file}:${line}: ${why}: names with plain values are read, and nothing is run`,
    );
  };
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const skip = (overLines: boolean): void => {
    take(overLines ? /(\s|#[^\n]*)+/y : /([ \t\r]|\\\n|#[^\n]*)+/y);
  };

  const string = (quote: string): string => {
    let read = '';
    for (;;) {
      read += take(/[^'"\\\n]+/y) ?? '';
      const next = text[at];
      if (next === undefined || next === '\n') refuse('a text has no end');
      at++;
      if (next === quote) return read;
      read += next === '\\' ? escaped() : next;
    }
  };
  const escaped = (): string => {
    const code = take(/x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}/y);
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    const one = text[at++] ?? '';
    return ESCAPES[one] ?? `\\${one}`;
  };

  const value = (depth: number): PythonValue => {
    if (depth > MOST_DEPTH || ++count > MOST_VALUES) refuse('this is too deep or too long');
    const quote = take(/[uU]?(?:'(?!'')|"(?!""))/y);
    if (quote !== undefined) return string(quote.slice(-1));
    const number = take(/-?(?:0[xX][0-9A-Fa-f]{1,12}|\d{1,15}(?:\.\d{0,15})?)[lL]?(?![\w.])/y);
    if (number !== undefined) return Number(number.replace(/[lL]$/, ''));
    const word = take(/(?:True|False|None)\b/y);
    if (word !== undefined) return word === 'None' ? null : word === 'True';
    const open = take(/[[({]/y) ?? refuse('this is no plain value');
    return open === '{' ? pairs(depth) : items(CLOSES[open] ?? '', depth);
  };
  const isClosed = (close: string): boolean => {
    skip(true);
    if (text[at] !== close) return false;
    at++;
    return true;
  };
  const comma = (close: string): void => {
    skip(true);
    if (text[at] !== close && take(/,/y) === undefined) refuse('a comma is missing');
  };
  const items = (close: string, depth: number): readonly PythonValue[] => {
    const all: PythonValue[] = [];
    while (!isClosed(close)) {
      all.push(value(depth + 1));
      comma(close);
    }
    return all;
  };
  const pairs = (depth: number): ReadonlyMap<string, PythonValue> => {
    const all = new Map<string, PythonValue>();
    while (!isClosed('}')) {
      const key = String(value(depth + 1));
      skip(true);
      if (take(/:/y) === undefined) refuse('a colon is missing');
      skip(true);
      all.set(key, value(depth + 1));
      comma('}');
    }
    return all;
  };

  return { isAtEnd: () => at >= text.length, refuse, take, skip, value };
}
