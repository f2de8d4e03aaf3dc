/**
 * The files of the AWS tools as the aws command parses them: Python's configparser.RawConfigParser with its defaults, and a
 * level of keys below a key (botocore/configloader.py). Comments are whole lines only, `=` and `:` both divide, a line that is
 * indented deeper than its key belongs to it, and a section or key that stands twice is an error.
 */
import { FleetError } from '../../../errors.ts';

export type IniValue = string | ReadonlyMap<string, string>;
/** Keys in lower case. */
export type Section = ReadonlyMap<string, IniValue>;

/** A section whose keys all others have too, unless they say otherwise. */
const DEFAULTS = 'DEFAULT';

interface OpenKey {
  readonly name: string;
  readonly line: number;
  readonly lines: string[];
}

/** By what stands between the brackets. Throws config.invalid with the line of what is wrong; it never quotes the line. */
export function readIni(path: string, text: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, OpenKey[]>();
  let keys: OpenKey[] | undefined;
  let key: OpenKey | undefined;
  let depth = 0;
  const wrong = (line: number, why: string) => new FleetError('config.invalid', `${path}:${line}:1: ${why}`);

  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const at = index + 1;
    const line = raw.trim();
    if (line === '') {
      key?.lines.push('');
      continue;
    }
    if (/^[#;]/.test(line)) continue;
    const indent = raw.search(/\S/);
    if (key && indent > depth) {
      key.lines.push(line);
      continue;
    }
    depth = indent;
    const title = titleOf(line);
    if (title !== undefined) {
      if (sections.has(title) && title !== DEFAULTS) throw wrong(at, 'this section is there twice');
      keys = sections.get(title) ?? [];
      sections.set(title, keys);
      key = undefined;
      continue;
    }
    const end = line.search(/[=:]/);
    if (!keys || end < 1) throw wrong(at, 'this is neither a [section] nor a key = value');
    const name = line.slice(0, end).trim().toLowerCase();
    if (keys.some((known) => known.name === name)) throw wrong(at, 'this key is there twice');
    key = { name, line: at, lines: [line.slice(end + 1).trim()] };
    keys.push(key);
  }

  const ended = ({ lines, line }: OpenKey): IniValue => {
    const value = lines.join('\n').trimEnd();
    return value.startsWith('\n')
      ? nestedIn(value, () => wrong(line, 'a line below this key is no key = value'))
      : value;
  };
  const valuesOf = (some: readonly OpenKey[]): Section => new Map(some.map((one) => [one.name, ended(one)]));
  const defaults = valuesOf(sections.get(DEFAULTS) ?? []);
  sections.delete(DEFAULTS);
  return new Map([...sections].map(([title, some]) => [title, new Map([...defaults, ...valuesOf(some)])]));
}

/** What stands between the first bracket and the last one; behind that there may be anything. */
function titleOf(line: string): string | undefined {
  const end = line.lastIndexOf(']');
  return line.startsWith('[') && end > 1 ? line.slice(1, end) : undefined;
}

function nestedIn(value: string, wrong: () => FleetError): ReadonlyMap<string, string> {
  const nested = new Map<string, string>();
  for (const line of value.split('\n').filter((one) => one.trim() !== '')) {
    const end = line.indexOf('=');
    if (end < 0) throw wrong();
    nested.set(line.slice(0, end).trim(), line.slice(end + 1).trim());
  }
  return nested;
}
