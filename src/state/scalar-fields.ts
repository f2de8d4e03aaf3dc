/** Fields whose value is one text, number or flag: read, checked and spelled. What is made of several is in fields.ts. */

import { didYouMean } from '../nearest.ts';
import type { Field, ListField, PairsField, SettingValue } from '../platforms/contract.ts';
import { type Bytes, isTooLarge, lacksUnit, parseBytes, spellBytes } from '../units.ts';

export type ScalarField = Exclude<Field, ListField | PairsField>;

/** How `null` is typed and shown, where a field may be that. */
export const NONE = 'none';

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

export function parseScalar(field: ScalarField, text: string): SettingValue | undefined {
  const trimmed = text.trim();
  if (field.nullable && trimmed === NONE) return null;
  switch (field.kind) {
    case 'text':
      // A password may start or end with a space.
      return field.sensitive ? text : trimmed;
    case 'lines':
      return text.replaceAll('\r\n', '\n');
    case 'path':
    case 'object':
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

const listed = (options: readonly string[]): string =>
  options.length < 2 ? options.join('') : `${options.slice(0, -1).join(', ')} or ${options.at(-1)}`;

/** What a field of a few words can be set to. */
export function choicesOf(field: Field): readonly string[] {
  const own = field.kind === 'flag' ? ['yes', 'no'] : field.kind === 'choice' ? (field.options ?? []) : [];
  return field.nullable && own.length > 0 ? [...own, NONE] : own;
}

function needsUnit(field: ScalarField, value: SettingValue): string | undefined {
  if (field.kind !== 'bytes' || typeof value !== 'string' || !lacksUnit(value)) return undefined;
  const text = value.trim();
  return `${field.label} needs a unit: ${text}MiB, ${text}GiB; a number alone counts bytes`;
}

function outOfLimits(field: ScalarField, value: number): string | undefined {
  if (field.kind !== 'bytes' && field.kind !== 'count') return undefined;
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

function wrongText(field: ScalarField, text: string): string | undefined {
  if ((field.kind === 'text' || field.kind === 'lines' ? CONTROL_BUT_LAYOUT : CONTROL).test(text)) {
    return `${field.label} must not contain control characters`;
  }
  if (field.kind === 'choice' && field.options && !field.options.includes(text)) {
    const words = choicesOf(field);
    return `${field.label} must be ${listed(words)}${didYouMean(text, words)}`;
  }
  if (field.kind === 'text' && field.pattern && !new RegExp(field.pattern.source, 'u').test(text)) {
    return field.pattern.complaint;
  }
  return undefined;
}

function wrongKind(field: ScalarField, value: SettingValue): string {
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

/** As `complaint` in fields.ts, of a value that is there. */
export function scalarComplaint(field: ScalarField, value: SettingValue): string | undefined {
  if (value === null) return field.nullable ? undefined : `${field.label} can't be ${NONE}`;
  if (field.sensitive) {
    const reference = referenceOf(value);
    if (reference) return reference.what === '' ? `${field.label} does not say what ${reference.from}: is` : undefined;
  }
  const bare = needsUnit(field, value);
  if (bare !== undefined) return bare;
  const typed = typeof value === 'string' ? parseScalar(field, value) : value;
  if (typed === null) return undefined;
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

export function spellScalar(field: Field, value: SettingValue): string {
  if (value === null) return NONE;
  if (field.kind === 'bytes' && typeof value === 'number') return spellBytes(value as Bytes);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}
