import { chooseObject } from '../screens/forms/choose-object.ts';
import { type AnyField, changeText, type Form } from '../screens/forms/form-state.ts';
import type { Stage } from '../screens/stage.ts';
import { choicesOf, complaint, display, parse } from '../state/fields.ts';
import { lineRows } from './line-rows.ts';
import { askLines } from './line-text.ts';
import type { TypedOptions, Typing } from './typing.ts';
import type { Voice } from './voice.ts';

export interface FieldQuestionsOptions {
  readonly stage: Stage;
  readonly voice: Voice;
  readonly typing: Typing;
  /** Aborts when the form is closed. */
  readonly until: () => AbortSignal;
  /** How its questions are asked. */
  readonly asked: () => Pick<TypedOptions, 'until' | 'fresh'>;
  /** A value was changed. */
  readonly edited: () => void;
}

/** The fields of a form as questions, one at a time. */
export interface FieldQuestions {
  /** Whether the dialog goes on with this field: not when it was given up. */
  ask(form: Form, field: AnyField): Promise<boolean>;
  /** Asks for all that must be filled in and is not. Whether the dialog goes on: not when it was given up. */
  fillIn(form: Form): Promise<boolean>;
}

export function createFieldQuestions({
  stage,
  voice,
  typing,
  until,
  asked,
  edited,
}: FieldQuestionsOptions): FieldQuestions {
  /** Whether the dialog goes on with this field: not when it was given up. */
  const ask = async (form: Form, field: AnyField): Promise<boolean> => {
    if (field.kind === 'list' || field.kind === 'pairs') {
      const before = form.heldOf(field);
      const goesOn = await lineRows(stage, voice, typing, form, field, until(), asked());
      if (form.heldOf(field) !== before) edited();
      return goesOn;
    }
    if (!field.writable) {
      voice.say(`${field.label} can't be changed here`);
      return true;
    }
    if (form.isChosen(field)) {
      await chooseObject(stage, form, field, until());
      const why = form.whyTyped(field);
      if (why === undefined) {
        edited();
        return true;
      }
      voice.say(`${field.label} has to be typed: ${why}`);
    }
    return field.kind === 'lines' ? askText(form, field) : askValue(form, field);
  };

  const askText = async (form: Form, field: AnyField): Promise<boolean> => {
    for (;;) {
      const text = await askLines(voice, typing, `${questionOf(field)} Now ${shownValue(form, field)}.`, {
        secret: field.sensitive === true,
        ...asked(),
      });
      if (text === undefined) return true;
      const wrong = complaint(field, text);
      if (wrong === undefined) {
        form.set(field.key, text);
        edited();
        return true;
      }
      voice.say(wrong);
    }
  };

  const askValue = async (form: Form, field: AnyField): Promise<boolean> => {
    const choices = choicesOf(field);
    const words = choices.length > 0 ? ` One of ${choices.join(', ')}.` : '';
    for (;;) {
      const text = await typing.ask(`${questionOf(field)}${words} Now ${shownValue(form, field)}:`, {
        secret: field.sensitive === true,
        ...asked(),
      });
      if (text === undefined) return false;
      if (text === '') return true;
      const wrong = complaint(field, text);
      const value = parse(field, text);
      if (wrong === undefined && value !== undefined) {
        form.set(field.key, value);
        edited();
        return true;
      }
      voice.say(wrong ?? `${text} can't be taken`);
    }
  };

  /** Whether the dialog goes on: not when it was given up. */
  const fillIn = async (form: Form): Promise<boolean> => {
    for (const field of fieldsOf(form)) {
      const empty = form.inputOf(field).text === '';
      if (field.required && field.writable && empty && !(await ask(form, field))) return false;
    }
    return true;
  };

  return { ask, fillIn };
}

export const fieldsOf = (form: Form): readonly AnyField[] =>
  form.stops().flatMap((stop) => (stop.kind === 'field' ? [stop.field] : []));

const questionOf = ({ label, help }: AnyField): string => `${label}. ${help.split('\n')[0] ?? ''}`;

export function shownValue(form: Form, field: AnyField): string {
  const { text } = form.inputOf(field);
  const now =
    field.sensitive && text !== ''
      ? 'hidden'
      : text || (field.default === undefined ? 'empty' : display(field, field.default));
  const change = field.sensitive ? undefined : changeText(form, field);
  return change ?? now;
}
