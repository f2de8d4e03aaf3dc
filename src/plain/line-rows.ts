import type { ListField, PairsField, Settings } from '../platforms/contract.ts';
import type { AnyField, Form } from '../screens/forms/form-state.ts';
import { shortText } from '../screens/forms/held.ts';
import { editRow, nameOfRow, type Rows, rowsOf } from '../screens/forms/row-form.ts';
import type { Stage } from '../screens/stage.ts';
import type { TypedOptions, Typing } from './typing.ts';
import type { Voice } from './voice.ts';

/**
 * The rows of a field as questions: one is changed by its number, added, or taken away, until Enter alone goes back. False when
 * it was given up; what was done until then holds.
 */
export async function lineRows(
  stage: Stage,
  voice: Voice,
  typing: Typing,
  form: Form,
  field: AnyField & (ListField | PairsField),
  until: AbortSignal,
  asked: TypedOptions,
): Promise<boolean> {
  const rows = rowsOf(form, field);
  const say = () => {
    const all = rows.all();
    voice.say(
      ...(all.length === 0 ? [`no ${rows.many}`] : all.map((row, at) => `${at + 1}: ${spoken(rows, row, at)}`)),
    );
  };
  say();
  while (rows.writable) {
    const typed = await typing.ask(
      `Number of a ${rows.one} to change it, a to add one, x and a number to take it away, or Enter to go back:`,
      asked,
    );
    if (typed === undefined) return false;
    const word = typed.trim();
    if (word === '') return true;
    const [, sign, number = ''] = /^(x?)\s*(\d+)$/i.exec(word) ?? [];
    const { length } = rows.all();
    const at = /^a(dd)?$/i.test(word) ? length : Number(number) - 1;
    if (!(at >= 0 && at <= length) || (at === length && number !== '')) {
      voice.say(`${word} is none of them`);
      continue;
    }
    if (sign) rows.set(rows.all().toSpliced(at, 1));
    else await editRow(stage, form, rows, at, until);
    if (until.aborted) return false;
    say();
  }
  return true;
}

/** `disk vda: Size 20GiB, Bus virtio`. */
function spoken(rows: Rows, row: Settings, at: number): string {
  const values = rows.item.flatMap((field) => {
    const value = row[field.key];
    if (value === undefined || value === '' || field.key === rows.identity) return [];
    return [`${field.label} ${shortText(field, value)}`];
  });
  return `${nameOfRow(rows, row, at)}: ${values.join(', ')}`;
}
