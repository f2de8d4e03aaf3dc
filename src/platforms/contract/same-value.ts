/** When two values of a field are the same: forms, requests and refusals all compare by this. */
import type { Field, ListField, Pairs, Settings, SettingValue } from './fields.ts';

export const isRows = (value: SettingValue | undefined): value is readonly Settings[] => Array.isArray(value);
export const isPairs = (value: SettingValue | undefined): value is Pairs =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Value = SettingValue | undefined;

/**
 * Rows are compared by their identity, whatever their order, and those that have none yet one after the other; what is not
 * there is the same as no rows and no pairs. Without a field that is known, only the same word or number is the same.
 */
export function sameValue(field: Field | undefined, a: Value, b: Value): boolean {
  if (field?.kind === 'list') return sameRows(field, a ?? [], b ?? []);
  if (field?.kind === 'pairs') return samePairs(a ?? {}, b ?? {});
  return a === b;
}

function samePairs(a: SettingValue, b: SettingValue): boolean {
  if (!isPairs(a) || !isPairs(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}

function sameRows(field: ListField, a: SettingValue, b: SettingValue): boolean {
  if (!isRows(a) || !isRows(b)) return a === b;
  const open = [...b];
  return (
    a.length === b.length &&
    a.every((row) => {
      const at = open.findIndex((other) => other[field.identity] === row[field.identity]);
      const [other] = at < 0 ? [] : open.splice(at, 1);
      return other !== undefined && sameRow(field, row, other);
    })
  );
}

const sameRow = ({ item }: ListField, a: Settings, b: Settings): boolean =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) =>
    sameValue(fieldCalled(item, key), a[key], b[key]),
  );

/** The keys of the first settings whose values are others in the second ones. */
export const keysThatDiffer = (fields: readonly Field[], from: Settings, to: Settings): readonly string[] =>
  Object.keys(from).filter((key) => !sameValue(fieldCalled(fields, key), from[key], to[key]));

/**
 * Whether what is there now is what was wanted. Less strict than sameValue: the platform gives a new row its identity, and
 * each row what was left open; what was cleared may not be there at all.
 */
export function isReached(field: Field | undefined, wanted: Value, now: Value): boolean {
  if (wanted === null) return now === null || now === undefined || now === '';
  if (field?.kind === 'object') return lastPart(wanted) === lastPart(now);
  if (field?.kind !== 'list' || !isRows(wanted) || !isRows(now)) return sameValue(field, wanted, now);
  const { identity, item } = field;
  const open = [...now];
  // Those that say which one they are take theirs first.
  const inOrder = wanted.toSorted((a, b) => Number(a[identity] === undefined) - Number(b[identity] === undefined));
  return (
    wanted.length === now.length &&
    inOrder.every((row) => {
      const isFound = (other: Settings) =>
        Object.keys(row).every((key) => isReached(fieldCalled(item, key), row[key], other[key]));
      const at = open.findIndex(isFound);
      if (at >= 0) open.splice(at, 1);
      return at >= 0;
    })
  );
}

/** Objects are wanted by name, by what they are in and name, or by path, and given in one of these ways. */
const lastPart = (value: Value): Value => (typeof value === 'string' ? value.slice(value.lastIndexOf('/') + 1) : value);

const fieldCalled = (fields: readonly Field[], key: string): Field | undefined =>
  fields.find((field) => field.key === key);
