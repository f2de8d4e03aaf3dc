import {
  type Field,
  isPairs,
  isRows,
  type LinesField,
  type ListField,
  type PairsField,
  type SettingValue,
} from '../../platforms/contract.ts';
import { display } from '../../state/fields.ts';

/** What has no room in one line: it is filled in in a place of its own, and the form holds the value. */
export type HeldField = ListField | PairsField | LinesField;

export const isHeld = (field: Field): field is Field & HeldField =>
  field.kind === 'list' || field.kind === 'pairs' || field.kind === 'lines';

/** `2 disks`, `1 tag`, `12 lines`; empty where there is nothing. */
export function sizeOf(field: HeldField, value: SettingValue | undefined): string {
  if (value === null) return display(field, value);
  // How long a secret is, is no secret, as the stars of the others say it too.
  if (field.kind === 'lines')
    return value === undefined || value === '' ? '' : display({ ...field, sensitive: false }, value);
  const length = isRows(value) ? value.length : isPairs(value) ? Object.keys(value).length : 0;
  return counted(length, field.one, field.many);
}

/** The same with a word for nothing. */
export const sizeWords = (field: HeldField, value: SettingValue | undefined): string =>
  sizeOf(field, value) || (field.kind === 'lines' ? 'empty' : `no ${field.many}`);

const counted = (count: number, one: string, many: string): string =>
  count === 0 ? '' : `${count} ${count === 1 ? one : many}`;

/** A value in one line, in the words of its form: how much there is of what has no room in one; empty where nothing is said. */
export const shortText = (field: Field, value: SettingValue | undefined): string => {
  if (value === undefined || value === '') return '';
  return isHeld(field) ? sizeOf(field, value) : display(field, value);
};

/** What a field holds that was emptied. */
export const nothingOf = ({ kind }: HeldField): SettingValue => (kind === 'list' ? [] : kind === 'pairs' ? {} : '');
