/**
 * The form engine without pixels: one list of fields makes the dialogs, the CLI flags, the YAML check, the docs and the
 * redaction. Values are typed (bytes, counts, flags, words, rows of them); what people type is text, and `parse` is the way
 * between.
 */

import { didYouMean } from '../nearest.ts';
import {
  type EndpointField,
  type Field,
  isPairs,
  isRows,
  type ListField,
  type Pairs,
  type PairsField,
  type Settings,
  type SettingsField,
  type SettingsMode,
  type SettingValue,
  sameValue,
} from '../platforms/contract.ts';
import { joinEntries, joinTexts, splitEntries, splitTexts } from './entry-text.ts';
import { NONE, parseScalar, referenceOf, scalarComplaint, spellScalar } from './scalar-fields.ts';

export { choicesOf, referenceOf } from './scalar-fields.ts';

/** A field as one form has it: shown, and perhaps only to be read. */
export type FormField<F extends Field = Field> = F & { readonly writable: boolean };

/** What a settings dialog of this mode shows (F-071 ff.), in the manifest's order. */
export const fieldsOf = (settings: readonly SettingsField[], mode: SettingsMode): readonly FormField<SettingsField>[] =>
  settings.flatMap((field) => {
    const access = field.in[mode];
    return access === undefined ? [] : [{ ...field, writable: access === 'write' }];
  });

/** The add-endpoint form, or the one that edits: there, what ids hang on can only be read (F-026). */
export const endpointFieldsOf = (
  fields: readonly EndpointField[],
  mode: 'add' | 'edit',
): readonly FormField<EndpointField>[] =>
  fields.map((field) => ({ ...field, writable: mode === 'add' || field.fixed !== true }));

/** A value as a file or the command line has it: words, rows and pairs as groups of them; null where nothing stands. */
export type Written = string | null | readonly Written[] | WrittenGroup;
export type WrittenGroup = { readonly [key: string]: Written };

const isList = (written: Written): written is readonly Written[] => Array.isArray(written);

type Read = { readonly value: SettingValue } | { readonly wrong: string };

/** The value of a field, or what is wrong with it: `row 2, size: Size must be at least 1GiB`. */
export function readWritten(field: Field, written: Written): Read {
  const shaped = shape(field, written);
  if ('wrong' in shaped) return shaped;
  const wrong = complaint(field, shaped.value);
  return wrong === undefined ? shaped : { wrong };
}

/** Groups as rows and pairs; what can't be read stays text, for `complaint` to say why. */
function shape(field: Field, written: Written): Read {
  switch (field.kind) {
    case 'list':
      return shapeRows(field, written);
    case 'pairs':
      return shapePairs(field, written);
    default:
      return shapeScalar(field, written);
  }
}

function shapeScalar(field: Field, written: Written): Read {
  if (written === null) return { value: field.nullable ? null : '' };
  if (typeof written !== 'string') return { wrong: `${field.label} must be one value, not a list or a group` };
  const value = complaint(field, written) === undefined ? parse(field, written) : undefined;
  return { value: value === undefined ? written : value };
}

function shapeRows(field: ListField, written: Written): Read {
  const isNone = written === null || (field.nullable && written === NONE);
  if (isNone || written === '') return { value: isNone && field.nullable ? null : [] };
  const rows: Settings[] = [];
  const parts = typeof written === 'string' ? splitTexts(written, ';') : isList(written) ? written : [written];
  for (const [at, part] of parts.entries()) {
    const entries = entriesOf(part);
    const row = typeof entries === 'string' ? `: ${entries}` : shapeRow(field, entries);
    if (typeof row === 'string') return { wrong: `row ${at + 1}${row}` };
    rows.push(row);
  }
  return { value: rows };
}

/** Keys with what stands behind them, or why there are none. */
function entriesOf(written: Written): readonly (readonly [string, Written])[] | string {
  if (typeof written === 'string') return splitEntries(written);
  return written === null || isList(written) ? 'must be keys with values' : Object.entries(written);
}

/** The row, or what follows `row 2` in the sentence of what is wrong. */
function shapeRow({ item }: ListField, entries: readonly (readonly [string, Written])[]): Settings | string {
  const row: Record<string, SettingValue> = {};
  for (const [key, written] of entries) {
    const field = item.find((one) => one.key === key);
    const known = item.map((one) => one.key);
    if (!field) return ` has no ${JSON.stringify(key)}${didYouMean(key, known) || `: it has ${known.join(', ')}`}`;
    const read = shape(field, written);
    if ('wrong' in read) return `, ${key}: ${read.wrong}`;
    row[key] = read.value;
  }
  return row;
}

function shapePairs(field: PairsField, written: Written): Read {
  const isNone = written === null || (field.nullable && written === NONE);
  if (isNone || written === '') return { value: isNone && field.nullable ? null : {} };
  const entries = entriesOf(written);
  if (typeof entries === 'string') return { wrong: `${field.label}: ${entries}` };
  const odd = entries.find(([, value]) => value !== null && typeof value !== 'string');
  if (odd) return { wrong: `${JSON.stringify(odd[0])}: must be one value, not a list or a group` };
  return { value: Object.fromEntries(entries.map(([key, value]) => [key, String(value ?? '')])) };
}

/** Reads what was typed; undefined when it is no value of this kind. Limits: `complaint`, which rows are held to at once. */
export function parse(field: Field, text: string): SettingValue | undefined {
  if (field.kind !== 'list' && field.kind !== 'pairs') return parseScalar(field, text);
  const read = readWritten(field, text);
  return 'value' in read ? read.value : undefined;
}

const isEmpty = (value: SettingValue | undefined): boolean =>
  value === undefined ||
  (typeof value === 'string' && value.trim() === '') ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/**
 * What is wrong with what was typed or set, as a sentence without a full stop; undefined when it can be taken.
 * Says nothing of its own about a value that is not there, unless the field is required. Never quotes a sensitive value.
 */
export function complaint(field: Field, value: SettingValue | undefined): string | undefined {
  if (value === undefined || isEmpty(value)) return field.required ? `${field.label} is needed` : undefined;
  if (field.kind !== 'list' && field.kind !== 'pairs') return scalarComplaint(field, value);
  if (value === null) return field.nullable ? undefined : `${field.label} can't be ${NONE}`;
  if (typeof value === 'string') {
    const read = readWritten(field, value);
    return 'wrong' in read ? read.wrong : undefined;
  }
  if (field.kind === 'list') return isRows(value) ? wrongRows(field, value) : `${field.label} must be rows`;
  return isPairs(value) ? wrongPairs(field, value) : `${field.label} must be keys with values`;
}

function wrongRows(field: ListField, rows: readonly Settings[]): string | undefined {
  const { item, identity } = field;
  const seen = new Set<SettingValue>();
  for (const [at, row] of rows.entries()) {
    const place = `row ${at + 1}`;
    if (Object.keys(row).length === 0) return `${place} says nothing`;
    for (const one of item) {
      // What hangs on another field is not asked for where that says otherwise.
      const wrong =
        row[one.key] === undefined && !shown(one, item, row)
          ? undefined
          : complaint(one, row[one.key] === undefined ? one.default : row[one.key]);
      if (wrong !== undefined) return `${place}, ${one.key}: ${wrong}`;
    }
    const own = row[identity];
    if (own === undefined || own === '') continue;
    if (seen.has(own)) return `${place}, ${identity}: there is another ${field.one} ${String(own)} before it`;
    seen.add(own);
  }
  return undefined;
}

function wrongPairs({ label }: PairsField, pairs: Pairs): string | undefined {
  if (Object.hasOwn(pairs, '')) return `${label}: a key is empty`;
  const text: Field = { key: '', label, help: '', kind: 'text' };
  return Object.entries(pairs)
    .flat()
    .map((one) => scalarComplaint(text, one))
    .find((wrong) => wrong !== undefined);
}

/**
 * The value as people would type it, exactly: `4GiB`, `yes`, `8`, `size=4GiB,bus=virtio`. For form inputs, files and flags;
 * `parse` reads it back.
 */
export function spell(field: Field, value: SettingValue): string {
  if (field.kind === 'list' && isRows(value))
    return joinTexts(
      value.map((row) => spellRow(field, row, spell)),
      ';',
    );
  if (field.kind === 'pairs' && isPairs(value)) return joinEntries(Object.entries(value));
  return spellScalar(field, value);
}

const spellRow = ({ item }: ListField, row: Settings, say: typeof spell): string =>
  joinEntries(
    item.flatMap((field) => {
      const value = row[field.key];
      return value === undefined ? [] : [[field.key, say(field, value)] as const];
    }),
  );

const HIDDEN = '********';

/** `12 lines`: what is in them has no room in a sentence, and may be a secret. */
export function linesOf(text: string): string {
  const count = text.replace(/\n$/, '').split('\n').length;
  return `${count} line${count === 1 ? '' : 's'}`;
}

/** The value as it may be shown, in one line: a secret is hidden, where it is kept is not. Absent is `-`. */
export function display(field: Field, value: SettingValue | undefined): string {
  if (value === undefined) return '-';
  if ((isRows(value) || isPairs(value)) && isEmpty(value)) return NONE;
  if (isEmpty(value)) return '-';
  if (field.sensitive && value !== null && !referenceOf(value)) return HIDDEN;
  if (field.kind === 'lines' && typeof value === 'string') return linesOf(value);
  if (field.kind !== 'list' || !isRows(value)) return spell(field, value);
  return value.map((row) => spellRow(field, row, display)).join('; ');
}

/** Only what was changed and may be written: what `configure()` gets. A field that was emptied is there as ''. */
export function changesOf(fields: readonly FormField[], before: Settings, after: Settings): Settings {
  const changes: Record<string, SettingValue> = {};
  for (const field of fields) {
    const value = after[field.key];
    if (field.writable && value !== undefined && !sameValue(field, before[field.key], value))
      changes[field.key] = value;
  }
  return changes;
}

/** The values of fields that have a default, by key. */
export const defaultsOf = (fields: readonly Field[]): Settings =>
  Object.fromEntries(
    fields.flatMap((field) => (field.default === undefined ? [] : [[field.key, withDefaults(field, field.default)]])),
  );

/** Rows that are not there yet, with what they leave open as it is by default; of a row that is there that stays as it is. */
export function withDefaults(field: Field, value: SettingValue): SettingValue {
  if (field.kind !== 'list' || !isRows(value)) return value;
  return value.map((row) => (row[field.identity] === undefined ? { ...defaultsAsked(field.item, row), ...row } : row));
}

/** Without those of fields that are not asked for, as this row is. */
const defaultsAsked = (fields: readonly Field[], values: Settings): Settings =>
  defaultsOf(fields.filter((field) => shown(field, fields, values)));

/** The value of a field that was not set: its default. */
const inEffect = (fields: readonly Field[], values: Settings, key: string): SettingValue | undefined =>
  values[key] === undefined ? fields.find((field) => field.key === key)?.default : values[key];

/** Whether this field is asked now: the one that it hangs on is itself shown, and has one of the right values. */
export function shown(field: Field, fields: readonly Field[], values: Settings): boolean {
  const { when } = field;
  if (!when) return true;
  const master = fields.find((other) => other.key === when.key);
  if (master && master !== field && !shown(master, fields, values)) return false;
  const value = inEffect(fields, values, when.key);
  return when.is.includes(value === null ? NONE : String(value ?? ''));
}

/** Required fields that are asked now and have neither a value nor a default. */
export const missing = <F extends Field>(fields: readonly F[], values: Settings): readonly F[] =>
  fields.filter(
    (field) => field.required && shown(field, fields, values) && isEmpty(inEffect(fields, values, field.key)),
  );

/** The values that a platform gets: defaults filled in for all that is asked, `~` of paths resolved. Secrets stay references. */
export function filled(fields: readonly EndpointField[], values: Settings, home: string): Settings {
  const complete: Record<string, SettingValue> = {};
  for (const field of fields) {
    const given = values[field.key];
    const value = given === undefined && shown(field, fields, values) ? field.default : given;
    if (value === undefined) continue;
    complete[field.key] = field.kind === 'path' && value !== null ? String(value).replace(/^~(?=\/|$)/, home) : value;
  }
  return complete;
}

/** What a new form starts with: the environment that users of this platform already set, else the defaults. */
export function suggested(
  fields: readonly EndpointField[],
  env: Readonly<Record<string, string | undefined>>,
): Settings {
  const values: Record<string, SettingValue> = {};
  for (const field of fields) {
    const set = field.env === undefined ? undefined : env[field.env];
    // The form shows where a secret comes from, and never holds it.
    const text = field.sensitive && set ? `env:${field.env}` : set;
    const value =
      text && complaint(field, text) === undefined ? (field.sensitive ? text : parse(field, text)) : undefined;
    const start = value === undefined ? field.default : value;
    if (start !== undefined) values[field.key] = start;
  }
  return values;
}

/**
 * The same values with every sensitive one hidden, in rows too, for logs, errors and reports. Of lines only how many they are:
 * scripts and files may hold secrets.
 */
export const redacted = (fields: readonly Field[], values: Settings): Settings =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const field = fields.find((known) => known.key === key);
      if (field?.kind === 'list' && !field.sensitive && isRows(value))
        return [key, value.map((row) => redacted(field.item, row))];
      const isHidden = field?.sensitive || (field?.kind === 'lines' && value !== null && value !== '');
      return [key, isHidden ? display(field, value) : value];
    }),
  );
