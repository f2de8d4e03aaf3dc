import { FleetError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import type { Flag } from './flags.ts';
import type { Details, Row } from './output.ts';

/** F-323: what is shown of an object, by the keys of its JSON. */
export const FIELDS: Flag = {
  key: 'fields',
  label: 'Fields',
  help: 'Only these keys of its JSON, in this order.',
  kind: 'text',
  examples: ['name,ips'],
};

/** F-323: for scripts. */
export const VALUES: Flag = {
  key: 'values',
  label: 'Values',
  help: 'Print the values alone, a line each.',
  kind: 'flag',
};

/** The details with these keys alone; all of them when no fields are named. Throws usage for a key that is not there. */
export function onlyFields(details: Details, fields: string | undefined): Details {
  if (fields === undefined) return details;
  const { value } = details;
  const keys = fields.split(/[\s,]+/).filter((key) => key !== '');
  if (keys.length === 0) throw new FleetError('usage', '--fields names no key');
  for (const key of keys) {
    if (Object.hasOwn(value, key)) continue;
    const known = Object.keys(value);
    throw new FleetError('usage', `there is no key ${JSON.stringify(key)}${didYouMean(key, known)}`, {
      fix: `one of ${known.join(', ')}`,
    });
  }
  return {
    ...details,
    value: Object.fromEntries(keys.map((key) => [key, value[key]])),
    lines: keys.map((key) => [key, spelled(value[key])] as const),
  };
}

function spelled(value: Row[string]): string {
  if (value === undefined || value === null) return '-';
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
