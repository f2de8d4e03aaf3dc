import { parseArgs } from 'node:util';
import { FleetError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import type { Field, Settings, SettingValue } from '../platforms/contract.ts';
import { choicesOf, complaint, parse } from '../state/fields.ts';

/** A flag of the command line: a field that has a name there. `flag` fields are switches, with `--no-` for off. */
export type Flag = Field & {
  /** One letter: `o` for `-o`. */
  readonly short?: string;
};

export interface ParsedFlags {
  /** Everything that is no flag, in order; what stands behind `--` too. */
  readonly words: readonly string[];
  /** The last of these words, which stand behind `--`; undefined where there is none. */
  readonly behind?: readonly string[];
  /** By key; only what was given. */
  readonly values: Settings;
  /** Of flags that take several, as they were typed. */
  readonly repeated: Readonly<Record<string, readonly string[]>>;
}

const usage = (message: string) => new FleetError('usage', message, { fix: 'add --help to see the flags' });

const isFlagLike = (text: string): boolean => /^-(-|[A-Za-z])/.test(text);

/** Tokens only: what is wrong is said in our own words. */
function tokensOf(argv: readonly string[], flags: readonly Flag[]) {
  const options = Object.fromEntries(
    flags.map(({ key, kind, short }) => [
      key,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const), ...(short !== undefined && { short }) },
    ]),
  );
  return parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowNegative: true,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

function unknown(rawName: string, flags: readonly Flag[]): FleetError {
  const known = flags.flatMap(({ key, kind }) => (kind === 'flag' ? [`--${key}`, `--no-${key}`] : [`--${key}`]));
  if (known.includes(rawName)) return usage(`${rawName} takes no value`);
  return usage(`unknown flag ${JSON.stringify(rawName)}${rawName.startsWith('--') ? didYouMean(rawName, known) : ''}`);
}

function typed(flag: Flag, rawName: string, text: string): SettingValue {
  const wrong = complaint(flag, text);
  if (wrong !== undefined) throw usage(`${rawName}: ${wrong}`);
  const value = parse(flag, text);
  return value === undefined ? text : value;
}

/** Given once for each row or pair; what they are is read when the files among them are, by valuesGiven. */
export const takesSeveral = ({ kind, repeatable }: Flag): boolean =>
  kind === 'list' || kind === 'pairs' || repeatable === true;

/**
 * Reads flags wherever they stand among the words: `--memory 4GiB`, `--memory=4GiB`, `-o json`, `-ojson`, `--no-autostart`;
 * behind `--` all is words. The last of several counts. Throws `usage` for an unknown flag (with the nearest one), a
 * missing value, and a value that the field complains about.
 */
export function parseFlags(argv: readonly string[], flags: readonly Flag[]): ParsedFlags {
  const words: string[] = [];
  let before: number | undefined;
  const values: Record<string, SettingValue> = {};
  const repeated: Record<string, string[]> = {};
  for (const token of tokensOf(argv, flags)) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind === 'option-terminator') before = words.length;
    if (token.kind !== 'option') continue;
    const flag = flags.find(({ key }) => key === token.name);
    if (!flag) throw unknown(token.rawName, flags);
    if (flag.kind === 'flag') {
      const off = token.rawName === `--no-${flag.key}`;
      values[flag.key] = token.value === undefined ? !off : typed(flag, token.rawName, token.value);
      continue;
    }
    if (token.rawName === `--no-${flag.key}`) throw unknown(token.rawName, flags);
    if (token.value === undefined) throw usage(`${token.rawName} needs a value`);
    if (!token.inlineValue && isFlagLike(token.value)) {
      throw usage(`${token.rawName} needs a value; write --${flag.key}=${token.value} if that is the value`);
    }
    // -o=json is what many other tools take.
    const text = token.inlineValue && !token.rawName.startsWith('--') ? token.value.replace(/^=/, '') : token.value;
    if (takesSeveral(flag)) {
      if (flag.kind !== 'list' && flag.kind !== 'pairs') typed(flag, token.rawName, text);
      repeated[flag.key] = [...(repeated[flag.key] ?? []), text];
    } else values[flag.key] = typed(flag, token.rawName, text);
  }
  return { words, values, repeated, ...(before !== undefined && { behind: words.slice(before) }) };
}

/** The words of a command that is not known yet, whose own flags can't be either: all words before the first other flag. */
export function leadingWords(argv: readonly string[], globals: readonly Flag[]): readonly string[] {
  const words: string[] = [];
  for (const token of tokensOf(argv, globals)) {
    if (token.kind === 'option-terminator') break;
    if (token.kind === 'option' && !globals.some(({ key }) => key === token.name)) break;
    if (token.kind === 'positional') words.push(token.value);
  }
  return words;
}

/** The flag as it is typed: `-o, --output json|yaml`. */
export const spelledFlag = (flag: Flag): string => {
  const name = `${flag.short === undefined ? '    ' : `-${flag.short}, `}--`;
  if (flag.kind === 'flag') return `${name}${flag.default === true ? 'no-' : ''}${flag.key}`;
  return `${name}${flag.key} ${placeholderOf(flag)}`;
};

/** What stands for its value in help: `json|yaml`, `4GiB`, `KEY=VALUE,…`. */
export function placeholderOf(flag: Flag): string {
  if (flag.kind === 'choice' && flag.options) return choicesOf(flag).join('|');
  const [example] = flag.examples ?? [];
  if (example !== undefined) return example;
  switch (flag.kind) {
    case 'list':
      return 'KEY=VALUE,…|@FILE';
    case 'pairs':
      return 'KEY=VALUE';
    case 'lines':
      return '@FILE';
    case 'object':
      return flag.of.toUpperCase();
    default:
      return flag.kind.toUpperCase();
  }
}

/** Its sentence; of rows with the keys that they have. */
function helpLineOf(flag: Flag): string {
  const [line = ''] = flag.help.split('\n', 1);
  return flag.kind === 'list'
    ? `${line} Once for each ${flag.one}: ${flag.item.map(({ key }) => key).join(', ')}.`
    : line;
}

/** One line a flag for `--help`, in the words of the form and the docs. */
export function helpOf(flags: readonly Flag[]): string {
  const column = Math.min(36, Math.max(0, ...flags.map((flag) => spelledFlag(flag).length)) + 2);
  return flags
    .map((flag) => {
      const start = `  ${spelledFlag(flag).padEnd(column)}`;
      const help = helpLineOf(flag);
      return start.trimEnd().length > column ? `${start.trimEnd()}\n  ${' '.repeat(column)}${help}` : `${start}${help}`;
    })
    .join('\n');
}
