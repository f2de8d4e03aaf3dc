import { pairOf } from '../actions/text-in.ts';
import { FleetError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import { type Field, isRows, type Settings, type SettingValue } from '../platforms/contract.ts';
import { readWritten, referenceOf, type Written, withDefaults } from '../state/fields.ts';
import { writtenOf } from '../state/presets/preset.ts';
import type { Flag, ParsedFlags } from './flags.ts';
import { type GivenFiles, placeIn } from './given-files.ts';
import { typedFor } from './shared-flags.ts';

/** For commands that have fields. */
export const FROM: Flag = {
  key: 'from',
  label: 'From',
  help: 'Take values from this YAML file, or - for standard input, by the names of the flags; flags count more.',
  kind: 'path',
  examples: ['FILE'],
};

/** The value of one key: as a flag had it, as a flag that was repeated, or as a file has it. */
export type Given = {
  readonly key: string;
  /** What an error calls it: `--disk`, `disk (spec.yaml:3)`. */
  readonly where: string;
} & ({ readonly typed: SettingValue } | { readonly texts: readonly string[] } | { readonly written: Written });

/** All that was given, once for each key: what the file of `--from` says, unless a flag says it too. */
export async function allGiven(
  { values, repeated }: Pick<ParsedFlags, 'values' | 'repeated'>,
  files: GivenFiles,
): Promise<readonly Given[]> {
  const { [FROM.key]: from, ...flags } = values;
  const given = [
    ...(from === undefined ? [] : await inFile(String(from), files)),
    ...Object.entries(flags).map(([key, typed]) => ({ key, where: `--${key}`, typed })),
    ...Object.entries(repeated).map(([key, texts]) => ({ key, where: `--${key}`, texts })),
  ];
  return [...new Map(given.map((one) => [one.key, one])).values()];
}

async function inFile(name: string, files: GivenFiles): Promise<readonly Given[]> {
  const tree = await files.yaml(name);
  if (tree.kind === 'nothing') return [];
  if (tree.kind !== 'map') {
    throw new FleetError('usage', `${placeIn(name, tree.at)}: must be keys with values, like "description: web"`);
  }
  return [...tree.entries].map(([key, { at, value }]) => ({
    key,
    where: `${key} (${placeIn(name, at)})`,
    written: writtenOf(value),
  }));
}

/**
 * What was given as the values of these fields: files read, rows and pairs put together. Throws usage for what no field takes,
 * by the flag or the line, the row and the key; `unknown` is what is thrown for a key that is none of theirs.
 */
export async function valuesGiven(
  given: readonly Given[],
  fields: readonly Field[],
  files: GivenFiles,
  unknown: (given: Given) => FleetError = noKey(fields),
): Promise<Settings> {
  const values: Record<string, SettingValue> = {};
  for (const one of given) {
    const field = fields.find(({ key }) => key === one.key);
    if (!field) throw unknown(one);
    values[one.key] = withDefaults(field, await valueIn(field, one, files));
  }
  return values;
}

const noKey =
  (fields: readonly Field[]) =>
  ({ key, where }: Given): FleetError => {
    const known = fields.map((field) => field.key);
    return new FleetError('usage', `${where}: there is no such key${didYouMean(key, known)}`, {
      fix: `there are ${known.join(', ')}`,
    });
  };

async function valueIn(field: Field, given: Given, files: GivenFiles): Promise<SettingValue> {
  const { key, where } = given;
  if ('written' in given) return checked(field, where, given.written);
  if ('texts' in given) return checked(field, where, await together(field, where, given.texts, files));
  const { typed } = given;
  const file = field.kind === 'lines' ? fileIn(typed) : undefined;
  if (file !== undefined) return checked(field, where, await files.text(file));
  if (typeof typed === 'string') refuseSecret(field, where, typed);
  return typedFor(field, key, typed);
}

function checked(field: Field, where: string, written: Written): SettingValue {
  const read = readWritten(field, written);
  if ('wrong' in read) throw new FleetError('usage', `${where}: ${read.wrong}`);
  return read.value;
}

/** `@FILE`, or `-` for standard input. */
function fileIn(typed: SettingValue): string | undefined {
  if (typed === '-') return typed;
  return typeof typed === 'string' && /^@./.test(typed) ? typed.slice(1) : undefined;
}

/** Each flag is a row, or a file of a row or rows; a pair, or a file of pairs. */
async function together(field: Field, where: string, texts: readonly string[], files: GivenFiles): Promise<Written> {
  // Nothing at all: `--disk=`, and `--disk none` where that is a value.
  const [only] = texts;
  if (texts.length === 1 && (only === '' || only === 'none')) return only;
  const parts: Written[] = [];
  for (const text of texts) {
    const file = fileIn(text);
    const part = file !== undefined ? writtenOf(await files.yaml(file)) : field.kind === 'pairs' ? pairIn(text) : text;
    if (file === undefined) refuseSecret(field, where, part);
    parts.push(part);
  }
  if (field.kind !== 'pairs') return parts.flat();
  const pairs = parts.map((part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part) ? part : undefined,
  );
  if (pairs.includes(undefined)) throw new FleetError('usage', `${where}: must be KEY=VALUE, or @FILE with such keys`);
  return Object.fromEntries(pairs.flatMap((part) => Object.entries(part ?? {})));
}

/** A comma in the value of a pair needs no doubling: one flag is one pair. */
function pairIn(text: string): Written {
  const pair = pairOf(text);
  return pair ? Object.fromEntries([pair]) : text;
}

/** Every user who may list the processes of the machine can read the command line. */
export function refuseSecret(field: Field, where: string, written: Written): void {
  const read = readWritten(field, written);
  if (!('value' in read) || !showsSecret(field, read.value)) return;
  throw secretInArgv(where);
}

export const secretInArgv = (where: string): FleetError =>
  new FleetError('usage', `${where} would show the secret in the list of processes`, {
    fix: 'write it into a file, and give that: --from FILE',
  });

function showsSecret(field: Field, value: SettingValue): boolean {
  if (field.sensitive) return value !== null && value !== '' && !referenceOf(value);
  if (field.kind !== 'list' || !isRows(value)) return false;
  return value.some((row) => field.item.some((one) => showsSecret(one, row[one.key] ?? null)));
}
