/** What stands in a YAML file: words, lists and mappings. Maps, so that no key can pass for something of JavaScript's. */
export type Value = string | boolean | null | readonly Value[] | Mapping;
export type Mapping = ReadonlyMap<string, Value>;

export const isMapping = (value: Value | undefined): value is Mapping => value instanceof Map;

/** The mapping below a key, empty where there is none. */
export function mappingIn(values: Mapping, key: string): Mapping {
  const value = values.get(key);
  return isMapping(value) ? value : new Map();
}

/** A word as it is written; undefined for what is empty, null or no word. */
export function wordIn(values: Mapping, key: string): string | undefined {
  const value = values.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
