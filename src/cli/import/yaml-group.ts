/** YAML of other tools: words below keys, as their own readers take them. */
import { isMapping, type Mapping, type Value } from '../../platforms/user-files/value.ts';
import { readYaml as readValue } from '../../platforms/user-files/yaml.ts';

/** Keys with what is below them. What is not there, or of another kind, is undefined or empty. */
export interface Group {
  readonly values: Mapping;
  /** A word that is not empty. */
  text(key: string): string | undefined;
  /** Undefined for what is neither yes nor no. */
  flag(key: string): boolean | undefined;
  /** The words of a list; what is no word is left out. */
  words(key: string): readonly string[];
  group(key: string): Group;
}

/** YAML 1.1's words, which Python's and Go's readers take. */
const YES = /^(y|yes|true|on)$/i;
const NO = /^(n|no|false|off)$/i;

function wordOf(value: Value | undefined): string | undefined {
  const word = typeof value === 'boolean' ? String(value) : value;
  return typeof word === 'string' && word !== '' ? word : undefined;
}

export const groupOf = (values: Mapping): Group => ({
  values,
  text: (key) => wordOf(values.get(key)),
  flag(key) {
    const word = wordOf(values.get(key)) ?? '';
    if (YES.test(word)) return true;
    return NO.test(word) ? false : undefined;
  },
  words(key) {
    const value = values.get(key);
    return Array.isArray(value) ? value.flatMap((item) => wordOf(item) ?? []) : [];
  },
  group: (key) => groupOf(mappingOf(values.get(key))),
});

const mappingOf = (value: Value | undefined): Mapping => (isMapping(value) ? value : new Map());

/** JSON is YAML too. Rejects with config.invalid that names file, line and column; it never quotes the line. */
export const readYaml = async (path: string, text: string): Promise<Group> =>
  groupOf(mappingOf(await readValue(path, text)));
