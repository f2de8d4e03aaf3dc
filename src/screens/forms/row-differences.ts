/** What differs between the rows of a list, in the words of its fields. */
import { isRows, type ListField, type Settings, type SettingValue, sameValue } from '../../platforms/contract.ts';
import { shortText } from './held.ts';

/** `vdb is taken off`, `vda: Size 10GiB → 20GiB`, `a new disk: Size 4GiB, Bus virtio`, in this order. */
export function rowDifferences(
  field: ListField,
  before: SettingValue | undefined,
  after: SettingValue | undefined,
): readonly string[] {
  const [was, is] = [rowsIn(before), rowsIn(after)];
  const gone = was.filter((row) => !sameRowIn(field, is, row)).map((row) => `${nameOf(field, row)} is taken off`);
  const changed = is.flatMap((row) => {
    const from = sameRowIn(field, was, row);
    const changes = from ? changesOf(field, from, row) : [];
    return changes.length === 0 ? [] : [`${nameOf(field, row)}: ${changes.join(', ')}`];
  });
  const made = is
    .filter((row) => !sameRowIn(field, was, row))
    .map((row) => `a new ${field.one}: ${wordsOf(field, row).join(', ') || 'with nothing said of it'}`);
  return [...gone, ...changed, ...made];
}

/** What the other side has otherwise of this row: `Size 20GiB`; undefined where it has no such row. */
export function besideRow(field: ListField, row: Settings, beside: readonly Settings[]): string | undefined {
  const other = sameRowIn(field, beside, row);
  if (!other) return undefined;
  const differing = field.item.filter((one) => !sameValue(one, row[one.key] ?? '', other[one.key] ?? ''));
  return differing.map((one) => `${one.label} ${shortText(one, other[one.key]) || '-'}`).join(', ');
}

export const rowsIn = (value: SettingValue | undefined): readonly Settings[] => (isRows(value) ? value : []);

/** The row of the same identity. */
export const sameRowIn = (
  { identity }: ListField,
  rows: readonly Settings[],
  { [identity]: own }: Settings,
): Settings | undefined => (own === undefined || own === '' ? undefined : rows.find((row) => row[identity] === own));

const nameOf = ({ identity }: ListField, row: Settings): string => String(row[identity]);

const changesOf = (field: ListField, from: Settings, to: Settings): readonly string[] =>
  field.item.flatMap((one) => {
    const [was, is] = [from[one.key], to[one.key]];
    // What a row leaves out stays as it is.
    if (is === undefined || sameValue(one, was ?? '', is)) return [];
    return [`${one.label} ${shortText(one, was) || '-'} → ${shortText(one, is) || '-'}`];
  });

const wordsOf = ({ item }: ListField, row: Settings): readonly string[] =>
  item.flatMap((one) => {
    const text = shortText(one, row[one.key]);
    return text === '' || sameValue(one, row[one.key], one.default) ? [] : [`${one.label} ${text}`];
  });
