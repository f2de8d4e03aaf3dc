import {
  type Field,
  isPairs,
  type ListField,
  type PairsField,
  type Settings,
  type SettingValue,
} from '../../platforms/contract.ts';
import { defaultsOf, shown } from '../../state/fields.ts';
import { clean } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import type { Stage } from '../stage.ts';
import { type AnyField, createForm, type Form } from './form-state.ts';
import { besideRow, rowsIn, sameRowIn } from './row-differences.ts';
import { toldColumns } from './told-columns.ts';

/** The rows of one field of a form, as they are now; pairs are rows of a key and its value. */
export interface Rows {
  readonly label: string;
  readonly one: string;
  readonly many: string;
  readonly identity: string;
  readonly item: readonly Field[];
  readonly writable: boolean;
  /** What a row stands for goes on without it: a disk that is taken off is still there. */
  readonly detaches: boolean;
  all(): readonly Settings[];
  /** Those that the form was filled with. */
  before(): readonly Settings[];
  /** What the other side of a VM that runs has: of a row otherwise, and more rows than these. */
  beside(): BesideRows | undefined;
  set(rows: readonly Settings[]): void;
}

export interface BesideRows {
  /** `running`, `saved`. */
  readonly word: string;
  /** Undefined where the other side has no such row; empty where it is the same. */
  of(row: Settings): string | undefined;
  /** Rows that only the other side has, by name. */
  readonly others: readonly string[];
}

const KEY = 'key';
const VALUE = 'value';

export function rowsOf(form: Form, field: AnyField & (ListField | PairsField)): Rows {
  const { key, label, one, many, writable } = field;
  const base = { label, one, many, writable };
  if (field.kind === 'list') {
    const { identity, item } = field;
    return {
      ...base,
      identity,
      item,
      detaches: true,
      all: () => rowsIn(form.heldOf(field) ?? field.default),
      before: () => rowsIn(form.before[key]),
      beside: () => besideRows(form, field),
      set: (rows) => form.set(key, rows),
    };
  }
  const pairsIn = (value: SettingValue | undefined) =>
    isPairs(value) ? Object.entries(value).map(([name, text]) => ({ [KEY]: name, [VALUE]: text })) : [];
  const sensitive = field.sensitive === true;
  return {
    ...base,
    identity: KEY,
    detaches: false,
    item: [
      { key: KEY, label: 'Key', help: `What the ${one} is called.`, kind: 'text', required: true },
      { key: VALUE, label: 'Value', help: 'What it says.', kind: 'text', sensitive },
    ],
    all: () => pairsIn(form.heldOf(field) ?? field.default),
    before: () => pairsIn(form.before[key]),
    beside: () => undefined,
    set: (rows) => form.set(key, Object.fromEntries(rows.map((row) => [String(row[KEY]), String(row[VALUE] ?? '')]))),
  };
}

function besideRows({ beside, before }: Form, field: AnyField & ListField): BesideRows | undefined {
  const value = beside?.values[field.key];
  if (!beside || value === undefined) return undefined;
  const theirs = rowsIn(value);
  const own = rowsIn(before[field.key]);
  return {
    word: beside.word,
    of: (row) => besideRow(field, row, theirs),
    others: theirs.filter((row) => !sameRowIn(field, own, row)).map((row) => clean(String(row[field.identity]))),
  };
}

/** `disk vda`, `disk 2` where it has no name yet. */
export const nameOfRow = ({ one, identity }: Rows, row: Settings, at: number): string =>
  `${one} ${clean(String(row[identity] ?? '')) || at + 1}`;

/**
 * The few fields of one row in a small form; `at` past the last one is a new row. The outer form has the row before the next key
 * comes. Answers whether it has; false when it was given up, could only be looked at, or the form that it belongs to was closed.
 */
export function editRow(stage: Stage, outer: Form, rows: Rows, at: number, until: AbortSignal): Promise<boolean> {
  const row = rows.all()[at];
  const { item, identity, writable } = rows;
  // What is there already keeps its identity, and what it was made of: with others it would be another row.
  const isThere = row !== undefined && rows.before().some((other) => other[identity] === row[identity]);
  const stays = ({ key, fixed }: Field) => isThere && (fixed === true || key === identity);
  const form = createForm({
    fields: item.map((field) => ({ ...field, writable: writable && !stays(field) })),
    before: row ?? {},
    start: row ?? defaultsOf(item),
    buttons: writable
      ? [
          { id: 'done', label: 'Done' },
          { id: 'cancel', label: 'Cancel' },
        ]
      : [{ id: 'cancel', label: 'Close' }],
    ...(outer.choicesOf && {
      choicesOf: (field, values, signal) =>
        outer.choicesOf?.(field, { ...outer.values(), ...values }, signal) ?? Promise.resolve([]),
    }),
  });
  /** What is not asked for is not said, but stays where it was. */
  const result = (): Settings => {
    const values = form.values();
    const asked = Object.entries(values).filter(([key]) => {
      const field = item.find((one) => one.key === key);
      return row?.[key] !== undefined || (field !== undefined && shown(field, item, values));
    });
    return { ...row, ...Object.fromEntries(asked) };
  };
  const isTaken = (value: Settings[string] | undefined) =>
    value !== undefined && value !== '' && rows.all().some((other, place) => place !== at && other[identity] === value);

  return new Promise((resolve) => {
    const end = (answer: Settings | undefined) => {
      stage.layers.close(dialog.layer);
      if (answer) rows.set(rows.all().toSpliced(at, 1, answer));
      resolve(answer !== undefined);
    };
    const dialog = stage.dialogs.form({
      title: row ? nameOfRow(rows, row, at) : `New ${rows.one}`,
      form: () => form,
      cancel: () => end(undefined),
      pressed(button) {
        if (button === 'cancel') return end(undefined);
        if (!form.check()) return stage.changed();
        const answer = result();
        if (!isTaken(answer[identity])) return end(answer);
        form.goTo(identity);
        const why = `there is a ${rows.one} ${clean(String(answer[identity]))} already`;
        dialog.tell(wrapped(why, toldColumns(stage)).map((line) => stage.look.theme.paint('danger', line)));
      },
    });
    stage.layers.open(dialog.layer);
    until.addEventListener('abort', () => end(undefined), { once: true });
  });
}
