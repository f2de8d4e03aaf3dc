/** Fields of each kind, in one line. Manifests are always loaded: this file imports types and units alone. */
import { mib } from '../../units.ts';
import type { Field, ListField, SettingsField } from '../contract.ts';

type More = Readonly<Partial<Pick<Field, 'required' | 'sensitive' | 'when' | 'examples'>>>;

export const text = (key: string, label: string, help: string, more: More = {}): Field => ({
  ...{ key, label, help, kind: 'text' },
  ...more,
});
export const count = (key: string, label: string, help: string, min: number, max: number): Field => ({
  ...{ key, label, help, kind: 'count', min, max },
});
export const size = (key: string, label: string, help: string, more: More = {}): Field => ({
  ...{ key, label, help, kind: 'bytes', min: mib(1) },
  ...more,
});
export const choice = (key: string, label: string, help: string, options: readonly string[]): Field => ({
  ...{ key, label, help, kind: 'choice', options },
});
export const flag = (key: string, label: string, help: string, isOn = false): Field => ({
  ...{ key, label, help, kind: 'flag', default: isOn },
});
export const object = (key: string, label: string, help: string, of: 'image' | 'volume'): Field => ({
  ...{ key, label, help, kind: 'object', of, default: '' },
});
export const rows = (
  key: string,
  label: string,
  help: string,
  [one, many]: readonly [string, string],
  ...item: readonly [Field, ...Field[]]
): Field => ({ key, label, help, kind: 'list', one, many, identity: item[0].key, item, default: [] });

/** Said when a row is made, and only looked at from then on. */
export const fixed = (field: Field): Field => ({ ...field, fixed: true });

/** A list of rows with more in each. */
export const withItems = (field: ListField & SettingsField, more: readonly Field[]): SettingsField => ({
  ...field,
  item: [...field.item, ...more.map((one) => ({ ...one, advanced: true }))],
});
