import type { Field, Settings, SettingValue } from '../../platforms/contract.ts';
import { parse, spell } from '../../state/fields.ts';
import { selectedInput, type TextInput, textInput } from '../components/text-input.ts';
import type { AnyField } from './any-field.ts';
import { isHeld, nothingOf, sizeOf } from './held.ts';

/** What stands in the fields of a form: text that is typed, or a value that is held as it is (rows, pairs, lines). */
export interface FormValues {
  inputOf(field: Field): TextInput;
  heldOf(field: Field): SettingValue | undefined;
  /** Of all fields that have one; what was there `before` and is emptied is said to be nothing. */
  values(before: Settings): Settings;
  put(field: AnyField, input: TextInput): void;
  putValue(field: AnyField, value: SettingValue): void;
  /** Its text is selected, so that typing replaces it. */
  select(field: AnyField): void;
  /** By the user, or by a check of the whole form: only then it is said what is wrong with an empty field. */
  touch(key: string): void;
  isTouched(key: string): boolean;
  /** An object that can't be chosen from a list is typed, for this reason. */
  typeInstead(key: string, why: string): void;
  whyTyped(key: string): string | undefined;
}

export function createFormValues(fields: readonly AnyField[], start: Settings): FormValues {
  const inputs = new Map<string, TextInput>();
  const held = new Map<string, SettingValue>();
  const typedSince = new Map<string, string>();
  const touched = new Set<string>();

  for (const field of fields) {
    const value = start[field.key];
    if (value !== undefined && isHeld(field)) held.set(field.key, value);
    else inputs.set(field.key, textInput(value === undefined ? '' : spell(field, value)));
  }
  const heldOf = ({ key }: Field) => held.get(key);
  const inputOf = (field: Field) =>
    isHeld(field) ? textInput(sizeOf(field, heldOf(field))) : (inputs.get(field.key) ?? textInput());

  const put = (field: AnyField, input: TextInput) => {
    const isAnother = input.text !== inputOf(field).text;
    touched.add(field.key);
    inputs.set(field.key, input);
    if (!isAnother) return;
    // What was chosen of another node is not there on this one.
    for (const other of fields) {
      if (other.kind !== 'object' || other.under !== field.key) continue;
      typedSince.delete(other.key);
      put(other, textInput());
    }
  };

  return {
    inputOf,
    heldOf,
    values(before) {
      const all: Record<string, SettingValue> = {};
      for (const field of fields) {
        const { text } = inputOf(field);
        const value = isHeld(field) ? heldOf(field) : text === '' ? undefined : parse(field, text);
        if (value !== undefined) all[field.key] = value;
        else if (before[field.key] !== undefined) all[field.key] = isHeld(field) ? nothingOf(field) : '';
      }
      return all;
    },
    put,
    putValue(field, value) {
      if (!isHeld(field)) return put(field, textInput(spell(field, value)));
      touched.add(field.key);
      held.set(field.key, value);
    },
    select: (field) => void inputs.set(field.key, selectedInput(inputOf(field).text)),
    touch: (key) => void touched.add(key),
    isTouched: (key) => touched.has(key),
    typeInstead: (key, why) => void typedSince.set(key, why),
    whyTyped: (key) => typedSince.get(key),
  };
}
