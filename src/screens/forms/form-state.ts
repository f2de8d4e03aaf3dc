import { type Field, type ObjectField, type Settings, type SettingValue, sameValue } from '../../platforms/contract.ts';
import { changesOf, choicesOf, complaint, display, shown as isShown } from '../../state/fields.ts';
import type { Key } from '../../terminal/keys.ts';
import { type TextInput, typed } from '../components/text-input.ts';
import type { AnyField } from './any-field.ts';
import { pressField } from './field-keys.ts';
import { createFormValues } from './form-values.ts';
import { isHeld, sizeWords } from './held.ts';

export type { AnyField } from './any-field.ts';

export interface Button {
  readonly id: string;
  readonly label: string;
}

/** One place that the cursor can be at. */
export type Stop =
  | { readonly kind: 'field'; readonly field: AnyField }
  | { readonly kind: 'fold'; readonly open: boolean; readonly count: number }
  | { readonly kind: 'button'; readonly button: Button };

/**
 * What an object field can be, asked of the endpoint; `values` are those of the form as it is now. Rejects with
 * the reason when that can't be listed.
 */
export type ChoicesOf = (
  field: ObjectField,
  values: Settings,
  signal: AbortSignal,
) => Promise<readonly { readonly label: string; readonly value: string }[]>;

/** A form without looks: fields with what is typed into them, the cursor, and what is wrong. */
export interface Form {
  stops(): readonly Stop[];
  readonly at: number;
  inputOf(field: Field): TextInput;
  /** The value of a field of rows, pairs or lines. */
  heldOf(field: Field): SettingValue | undefined;
  /** The field that this key opens: rows, lines, or a list to choose from. */
  opens(key: Key): AnyField | undefined;
  readonly choicesOf: ChoicesOf | undefined;
  /** Whether it is an object that is chosen from a list, not typed. */
  isChosen(field: AnyField): field is AnyField & ObjectField;
  /** An object is typed from now on, since it can't be chosen: `why`. */
  typeInstead(key: string, why: string): void;
  /** Why an object is typed; undefined while it is chosen, or where there is nothing to choose from. */
  whyTyped(field: Field): string | undefined;
  /** What is wrong with a field as it is now; undefined while it was not touched and is merely empty. */
  wrong(field: AnyField): string | undefined;
  /** All values that were given; fields that were emptied are ''. */
  values(): Settings;
  changes(): Settings;
  /** What the form was filled with. */
  readonly before: Settings;
  /** The same of the other side of a VM that runs, for looking at beside it. */
  besideOf(field: AnyField): { readonly text: string; readonly isAnother: boolean } | undefined;
  readonly beside: Beside | undefined;
  /** What is said beside a field where nothing else is: how much is left of what it asks for. */
  noteOf(field: AnyField): string | undefined;
  /** The settings have changed meanwhile: what was typed stays, and is compared with the new ones. */
  rebase(before: Settings): void;
  set(key: string, value: SettingValue): void;
  /** The same by the user, with the cursor on it: goes on to the next field. */
  choose(key: string, value: SettingValue): void;
  /** The cursor goes to this field. */
  goTo(key: string): void;
  /** True when everything may be sent; otherwise the cursor is on the first field that may not. */
  check(): boolean;
  /** The button that was pressed. */
  press(key: Key): string | undefined;
  paste(text: string): void;
}

export interface Beside {
  /** `running`, `saved`. */
  readonly word: string;
  readonly values: Settings;
}

export interface FormOptions {
  readonly fields: readonly AnyField[];
  readonly before: Settings;
  /** What stands beside the fields to be compared with: what runs, or what is saved. */
  readonly beside?: Beside | undefined;
  /** By key, as far as it is known by now. */
  readonly notes?: () => Readonly<Record<string, string>>;
  /** What the fields show at first, where it is not what was before: suggestions. */
  readonly start?: Settings;
  readonly buttons: readonly Button[];
  /** The field that the cursor is on first. */
  readonly startAt?: string;
  /** Without it objects are typed. */
  readonly choicesOf?: ChoicesOf;
}

export function createForm({
  fields,
  before: given,
  start = given,
  buttons,
  startAt,
  beside,
  notes = () => ({}),
  choicesOf: objectsOf,
}: FormOptions): Form {
  let before = given;
  const shown = createFormValues(fields, start);
  const { inputOf, heldOf, put } = shown;
  let advanced = fields.some(
    (field) => field.advanced && start[field.key] !== undefined && !sameValue(field, start[field.key], field.default),
  );
  let at = 0;

  const values = () => shown.values(before);

  const visible = (): readonly AnyField[] => {
    const now = values();
    return fields.filter((field) => isShown(field, fields, now));
  };

  const stops = (): readonly Stop[] => {
    const all = visible();
    const extra = all.filter((field) => field.advanced);
    const plain = all.filter((field) => !field.advanced);
    return [
      ...plain.map((field) => ({ kind: 'field', field }) as const),
      ...(extra.length > 0 ? [{ kind: 'fold', open: advanced, count: extra.length } as const] : []),
      ...(advanced ? extra.map((field) => ({ kind: 'field', field }) as const) : []),
      ...buttons.map((button) => ({ kind: 'button', button }) as const),
    ];
  };

  /** What stands in the field that the cursor comes to is selected, so that typing replaces it. */
  const toStop = (wanted: number) => {
    const all = stops();
    at = Math.max(0, Math.min(all.length - 1, wanted));
    const stop = all[at];
    if (stop?.kind === 'field' && stop.field.writable && !isHeld(stop.field)) shown.select(stop.field);
  };
  const goTo = (key: string | undefined) =>
    toStop(stops().findIndex((stop) => stop.kind === 'field' && stop.field.key === key));
  goTo(startAt);

  const complaintOf = (field: AnyField): string | undefined => {
    if (!field.writable) return undefined;
    if (isHeld(field)) return complaint(field, heldOf(field));
    const { text } = inputOf(field);
    return complaint(field, text === '' ? undefined : text);
  };

  const isTyped = (field: AnyField) => choicesOf(field).length === 0 && !isHeld(field) && !isChosen(field);
  const isChosen = (field: AnyField): field is AnyField & ObjectField =>
    field.kind === 'object' && objectsOf !== undefined && shown.whyTyped(field.key) === undefined;

  return {
    stops,
    get at() {
      return at;
    },
    get before() {
      return before;
    },
    besideOf(field) {
      const value = beside?.values[field.key];
      if (!beside || value === undefined) return undefined;
      const isAnother = !sameValue(field, before[field.key], value);
      const text = isHeld(field) ? sizeWords(field, value) : display(field, value);
      return { text: `${beside.word} ${text}`, isAnother };
    },
    beside,
    noteOf: ({ key }) => notes()[key],
    inputOf,
    heldOf,
    choicesOf: objectsOf,
    isChosen,
    opens(key) {
      const stop = stops()[at];
      const isKey = ['enter', 'right', 'space'].includes(key.name) && !key.ctrl && !key.alt && !key.shift;
      if (stop?.kind !== 'field') return undefined;
      const { field } = stop;
      if (isChosen(field)) return field.writable && (isKey || key.name === 'left') ? field : undefined;
      // Rows can be looked at where they can't be changed.
      return isKey && isHeld(field) && (field.writable || field.kind !== 'lines') ? field : undefined;
    },
    typeInstead: shown.typeInstead,
    whyTyped: ({ key }) => shown.whyTyped(key),
    wrong(field) {
      const sentence = complaintOf(field);
      return inputOf(field).text === '' && !shown.isTouched(field.key) ? undefined : sentence;
    },
    values,
    changes: () => changesOf(fields, before, values()),
    rebase(next) {
      before = next;
    },
    set(key, value) {
      const field = fields.find((known) => known.key === key);
      if (field) shown.putValue(field, value);
    },
    choose(key, value) {
      const field = fields.find((known) => known.key === key);
      if (!field) return;
      shown.putValue(field, value);
      toStop(at + 1);
    },
    goTo,
    check() {
      const all = visible();
      const wrong = all.find((field) => complaintOf(field) !== undefined);
      if (!wrong) return true;
      if (wrong.advanced) advanced = true;
      for (const field of all) shown.touch(field.key);
      goTo(wrong.key);
      return false;
    },
    press(key) {
      const stop = stops()[at];
      const name = `${key.ctrl ? 'ctrl-' : ''}${key.shift ? 'shift-' : ''}${key.name}`;
      if (name === 'up' || name === 'shift-tab') toStop(at - 1);
      else if (name === 'down' || name === 'tab') toStop(at + 1);
      else if (name === 'pagedown') toStop(stops().length - buttons.length);
      else if (name === 'pageup') toStop(0);
      else if (stop?.kind === 'button') {
        if (name === 'enter' || name === 'space') return stop.button.id;
        if (name === 'left') toStop(at - 1);
        else if (name === 'right') toStop(at + 1);
      } else if (stop?.kind === 'fold') {
        if (name === 'enter' || name === 'space' || name === 'left' || name === 'right') advanced = !advanced;
      } else if (stop && name === 'enter') {
        shown.touch(stop.field.key);
        // What is wrong is put right where it was typed.
        if (inputOf(stop.field).text === '' || complaintOf(stop.field) === undefined) toStop(at + 1);
      } else if (stop) pressField(shown, stop.field, isChosen(stop.field), key);
      return undefined;
    },
    paste(text) {
      const stop = stops()[at];
      if (stop?.kind === 'field' && stop.field.writable && isTyped(stop.field)) {
        put(stop.field, typed(inputOf(stop.field), text));
      }
    },
  };
}

/** `2GiB → 4GiB, after restart`: what saving would change about a field; undefined when nothing. */
export function changeText(form: Form, field: AnyField): string | undefined {
  const after = form.changes()[field.key];
  // What is new has no before to compare with.
  if (after === undefined || Object.keys(form.before).length === 0) return undefined;
  return whenTold(field, changeOf(field, form.before[field.key], after));
}

/** A change with when it counts: `2GiB → 4GiB, after restart`. */
export const whenTold = ({ takesEffect }: AnyField, change: string): string =>
  takesEffect === undefined ? change : `${change}, ${EFFECTS[takesEffect]}`;

/** Of rows and lines how many there are now; which ones is seen where they are. */
function changeOf(field: AnyField, before: SettingValue | undefined, after: SettingValue): string {
  if (!isHeld(field)) return `${display(field, before)} → ${display(field, after)}`;
  const [was, is] = [sizeWords(field, before), sizeWords(field, after)];
  return was === is ? 'changed' : `${was} → ${is}`;
}

const EFFECTS = { now: 'now', restart: 'after restart', recreate: 'when recreated' } as const;
