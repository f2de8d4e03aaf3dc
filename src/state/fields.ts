/**
 * The form engine without pixels: one list of fields makes the dialogs, the CLI flags, the YAML check, the docs and the
 * redaction. Values are typed (bytes, counts, flags, words); what people type is text, and `parse` is the way between.
 */

import { didYouMean } from '../nearest.ts';
import type {
  EndpointField,
  Field,
  Settings,
  SettingsField,
  SettingsMode,
  SettingValue,
} from '../platforms/contract.ts';
import { type Bytes, isTooLarge, lacksUnit, parseBytes, spellBytes } from '../units.ts';

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

const REFERENCE = /^(env|file|cmd):(.*)$/s;

/** The two parts of a secret that says where it is kept: `env:NAME`, `file:PATH`, `cmd:COMMAND`. */
export function referenceOf(
  value: SettingValue,
): { readonly from: 'env' | 'file' | 'cmd'; readonly what: string } | undefined {
  const match = REFERENCE.exec(String(value));
  return match ? { from: match[1] as 'env' | 'file' | 'cmd', what: (match[2] ?? '').trim() } : undefined;
}

const FLAG_WORDS: Readonly<Record<string, boolean>> = {
  yes: true,
  on: true,
  true: true,
  y: true,
  no: false,
  off: false,
  false: false,
  n: false,
};

/** Reads what was typed; undefined when it is no value of this kind. Limits: `complaint`. */
export function parse(field: Field, text: string): SettingValue | undefined {
  const trimmed = text.trim();
  switch (field.kind) {
    case 'text':
      // A password may start or end with a space.
      return field.sensitive ? text : trimmed;
    case 'path':
      return trimmed;
    case 'choice':
      return field.options?.find((option) => option.toLowerCase() === trimmed.toLowerCase()) ?? trimmed;
    case 'flag':
      return FLAG_WORDS[trimmed.toLowerCase()];
    case 'bytes':
      return parseBytes(trimmed);
    case 'count': {
      const value = Number(trimmed);
      return /^[+-]?\d+$/.test(trimmed) && Number.isSafeInteger(value) ? value : undefined;
    }
  }
}

const isEmpty = (value: SettingValue | undefined): boolean =>
  value === undefined || (typeof value === 'string' && value.trim() === '');

const listed = (options: readonly string[]): string =>
  options.length < 2 ? options.join('') : `${options.slice(0, -1).join(', ')} or ${options.at(-1)}`;

function needsUnit(field: Field, value: SettingValue): string | undefined {
  if (field.kind !== 'bytes' || typeof value !== 'string' || !lacksUnit(value)) return undefined;
  const text = value.trim();
  return `${field.label} needs a unit: ${text}MiB, ${text}GiB; a number alone counts bytes`;
}

function outOfLimits(field: Field, value: number): string | undefined {
  const show = (limit: number) => (field.kind === 'bytes' ? spellBytes(limit as Bytes) : String(limit));
  const { min, max } = field;
  if (min !== undefined && max !== undefined && (value < min || value > max)) {
    return `${field.label} must be between ${show(min)} and ${show(max)}`;
  }
  if (min !== undefined && value < min) return `${field.label} must be at least ${show(min)}`;
  if (max !== undefined && value > max) return `${field.label} must be at most ${show(max)}`;
  return undefined;
}

/** Newline and tab are allowed in a description; a path or a word has no use for them. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const CONTROL_BUT_LAYOUT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

function wrongText(field: Field, text: string): string | undefined {
  if ((field.kind === 'text' ? CONTROL_BUT_LAYOUT : CONTROL).test(text)) {
    return `${field.label} must not contain control characters`;
  }
  if (field.kind === 'choice' && field.options && !field.options.includes(text)) {
    return `${field.label} must be ${listed(field.options)}${didYouMean(text, field.options)}`;
  }
  if (field.pattern && !new RegExp(field.pattern.source, 'u').test(text)) return field.pattern.complaint;
  return undefined;
}

function wrongKind(field: Field, value: SettingValue): string {
  switch (field.kind) {
    case 'bytes':
      if (typeof value === 'string' && isTooLarge(value)) return `${field.label} is too large`;
      return `${field.label} must be a size like 4GiB or 512M`;
    case 'count':
      return `${field.label} must be a whole number`;
    case 'flag':
      return `${field.label} must be yes or no`;
    default:
      return `${field.label} must be text`;
  }
}

/**
 * What is wrong with what was typed or set, as a sentence without a full stop; undefined when it can be taken.
 * Says nothing of its own about a value that is not there, unless the field is required. Never quotes a sensitive value.
 */
export function complaint(field: Field, value: SettingValue | undefined): string | undefined {
  if (value === undefined || isEmpty(value)) return field.required ? `${field.label} is needed` : undefined;
  if (field.sensitive) {
    const reference = referenceOf(value);
    if (reference) return reference.what === '' ? `${field.label} does not say what ${reference.from}: is` : undefined;
  }
  const bare = needsUnit(field, value);
  if (bare !== undefined) return bare;
  const typed = typeof value === 'string' ? parse(field, value) : value;
  switch (field.kind) {
    case 'flag':
      return typeof typed === 'boolean' ? undefined : wrongKind(field, value);
    case 'count':
    case 'bytes':
      return typeof typed === 'number' && Number.isSafeInteger(typed)
        ? outOfLimits(field, typed)
        : wrongKind(field, value);
    default:
      return typeof typed === 'string' ? wrongText(field, typed) : wrongKind(field, value);
  }
}

/** The value as people would type it, exactly: `4GiB`, `yes`, `8`. For form inputs, files and flags; `parse` reads it back. */
export function spell(field: Field, value: SettingValue): string {
  if (field.kind === 'bytes' && typeof value === 'number') return spellBytes(value as Bytes);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}

/** The value as it may be shown: a secret is hidden, where it is kept is not. Absent is `-`. */
export function display(field: Field, value: SettingValue | undefined): string {
  if (value === undefined || isEmpty(value)) return '-';
  return field.sensitive && !referenceOf(value) ? '********' : spell(field, value);
}

/** Only what was changed and may be written: what `configure()` gets. A field that was emptied is there as ''. */
export function changesOf(fields: readonly FormField[], before: Settings, after: Settings): Settings {
  const changes: Record<string, SettingValue> = {};
  for (const { key, writable } of fields) {
    const value = after[key];
    if (writable && value !== undefined && value !== before[key]) changes[key] = value;
  }
  return changes;
}

/** The values of fields that have a default, by key. */
export const defaultsOf = (fields: readonly Field[]): Settings =>
  Object.fromEntries(fields.flatMap(({ key, default: value }) => (value === undefined ? [] : [[key, value]])));

/** The value of a field that was not set: its default. */
const inEffect = (fields: readonly Field[], values: Settings, key: string): SettingValue | undefined =>
  values[key] ?? fields.find((field) => field.key === key)?.default;

/** Whether this field is asked now: the one that it hangs on is itself shown, and has one of the right values. */
export function shown(field: EndpointField, fields: readonly EndpointField[], values: Settings): boolean {
  const { when } = field;
  if (!when) return true;
  const master = fields.find((other) => other.key === when.key);
  if (master && master !== field && !shown(master, fields, values)) return false;
  return when.is.includes(String(inEffect(fields, values, when.key) ?? ''));
}

/** Required fields that are asked now and have neither a value nor a default. */
export const missing = (fields: readonly EndpointField[], values: Settings): readonly EndpointField[] =>
  fields.filter(
    (field) => field.required && shown(field, fields, values) && isEmpty(values[field.key] ?? field.default),
  );

/** The values that a platform gets: defaults filled in for all that is asked, `~` of paths resolved. Secrets stay references. */
export function filled(fields: readonly EndpointField[], values: Settings, home: string): Settings {
  const complete: Record<string, SettingValue> = {};
  for (const field of fields) {
    const value = values[field.key] ?? (shown(field, fields, values) ? field.default : undefined);
    if (value === undefined) continue;
    complete[field.key] = field.kind === 'path' ? String(value).replace(/^~(?=\/|$)/, home) : value;
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
    const start = value ?? field.default;
    if (start !== undefined) values[field.key] = start;
  }
  return values;
}

/** The same values with every sensitive one hidden, for logs, errors and reports. */
export const redacted = (fields: readonly Field[], values: Settings): Settings =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const field = fields.find((known) => known.key === key);
      return [key, field?.sensitive ? display(field, value) : value];
    }),
  );
