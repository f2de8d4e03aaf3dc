import type { FormDialog, FormDialogOptions } from '../screens/dialogs/dialogs.ts';
import type { Form } from '../screens/forms/form-state.ts';
import type { Layer } from '../screens/frame/layers.ts';
import type { Stage } from '../screens/stage.ts';
import { untilClosed } from '../screens/until-closed.ts';
import { chosenOf } from './chosen.ts';
import { createFieldQuestions, fieldsOf, shownValue } from './field-questions.ts';
import type { Typing } from './typing.ts';
import type { Voice } from './voice.ts';

/** So long nothing is asked after a button was pressed. */
const ANSWERS_MS = 500;

/** Layers of line mode itself; any other is for a screen. */
const own = new WeakSet<Layer>();
export const isLineLayer = (layer: Layer): boolean => own.has(layer);

/**
 * A form as questions: what must be filled in is asked for first; then each field can be changed by its number until one
 * of the buttons is chosen by its name. Ends when the dialog closes it.
 */
export function lineForm(stage: Stage, voice: Voice, typing: Typing, options: FormDialogOptions): FormDialog {
  let told = Promise.withResolvers<void>();
  let given: readonly string[] = [];
  let isPending = false;
  const layer: Layer = { hints: () => [], press: () => {}, dismiss: options.cancel, draw: () => null };
  own.add(layer);
  const pause = (ms: number) => new Promise<void>((resolve) => void stage.services.clock.after(ms, resolve));
  const isOpen = () => stage.layers.all.includes(layer);

  const press = async (form: Form, id: string) => {
    options.pressed(id);
    const wrong = fieldsOf(form).find((field) => form.wrong(field) !== undefined);
    if (wrong && id !== 'cancel') voice.say(`${wrong.label}: ${form.wrong(wrong)}`);
    // Some buttons take their time, and close the form or show the result.
    else await settled();
  };

  /** Until it shows something else, or is closed. */
  const next = () => {
    told = Promise.withResolvers();
    return Promise.race([told.promise, closed()]);
  };
  /** Most buttons close the form at once; others say that they are at it, or take a moment to say what is wrong. */
  const settled = async () => {
    if (isOpen() && !isPending) await Promise.race([next(), pause(ANSWERS_MS)]);
    while (isOpen() && isPending) await next();
  };

  let closing: AbortSignal | undefined;
  /** Asked for once it is open. */
  const until = (): AbortSignal => {
    closing ??= untilClosed(stage, layer);
    return closing;
  };
  const closed = (): Promise<void> =>
    new Promise((resolve) => until().addEventListener('abort', () => resolve(), { once: true }));
  /** No question outlives its form; what destroys takes no answer that was typed before it. */
  const asked = () => ({ until: closed(), fresh: options.destroys === true });

  const { ask, fillIn } = createFieldQuestions({
    stage,
    voice,
    typing,
    until,
    asked,
    edited: () => options.edited?.(),
  });

  const run = async () => {
    voice.say(options.title);
    // Opened right after it was made, and filled when the host has answered.
    while (isOpen() && (!options.form() || isPending)) {
      if (!isPending) return options.cancel();
      await next();
    }
    let read = false;
    for (let form = options.form(); form && isOpen(); form = options.form()) {
      if (!read && !(await fillIn(form))) return options.cancel();
      const fields = fieldsOf(form);
      const buttons = form.stops().flatMap((stop) => (stop.kind === 'button' ? [stop.button] : []));
      if (!read) voice.say(...fields.map((field, at) => `${at + 1}: ${field.label}, ${shownValue(form, field)}`));
      read = true;
      const names = buttons.map(({ label }) => label);
      const typed = await typing.ask(
        `Number of a field to change it, ? to hear them, or ${names.join(', ')}:`,
        asked(),
      );
      if (typed === undefined) return options.cancel();
      const word = typed.trim();
      const field = /^\d+$/.test(word) ? fields[Number(word) - 1] : undefined;
      const button = field ? undefined : buttons[chosenOf(names, word) ?? -1];
      if (word === '?') read = false;
      else if (field) await ask(form, field);
      else if (button && word !== '') await press(form, button.id);
      else if (word !== '') voice.say(`${word} is none of them`);
    }
  };

  // The caller opens the form first.
  const release = typing.reserve();
  queueMicrotask(() => void run().catch(stage.message.fail).finally(release));
  return {
    layer,
    tell(lines, more) {
      voice.say(...lines.filter((line) => !given.includes(line)));
      given = lines;
      isPending = more !== undefined;
      told.resolve();
      stage.changed();
    },
  };
}
