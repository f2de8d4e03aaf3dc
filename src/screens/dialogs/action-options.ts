import type { Args, ObjectAction } from '../../actions/action.ts';
import { type Settings, type SettingValue, sameValue } from '../../platforms/contract.ts';
import { defaultsOf, display } from '../../state/fields.ts';
import { wrapped } from '../components/wrap.ts';
import { createForm } from '../forms/form-state.ts';
import { toldColumns } from '../forms/told-columns.ts';
import type { Stage } from '../stage.ts';

type WithOptions = Pick<ObjectAction, 'title' | 'options'>;

/** The options of an action as a form. Answers what was chosen; undefined when it was given up or `until` aborts. */
export function askOptions(
  stage: Stage,
  { title, options = [] }: WithOptions,
  question: string,
  start: Settings,
  until: AbortSignal,
): Promise<Settings | undefined> {
  const form = createForm({
    fields: options.map((field) => ({ ...field, writable: true })),
    before: {},
    start: { ...defaultsOf(options), ...start },
    buttons: [
      { id: 'go', label: 'Continue' },
      { id: 'cancel', label: 'Cancel' },
    ],
  });
  return new Promise((resolve) => {
    const end = (answer: Settings | undefined) => {
      stage.layers.close(dialog.layer);
      resolve(answer);
    };
    const dialog = stage.dialogs.form({
      title: `${title}: options`,
      form: () => form,
      cancel: () => end(undefined),
      pressed: (button) => {
        if (button === 'cancel') end(undefined);
        else if (form.check()) end(form.values());
        else stage.changed();
      },
    });
    dialog.tell(wrapped(question, toldColumns(stage)).map((line) => stage.look.theme.paint('title', line)));
    stage.layers.open(dialog.layer);
    until.addEventListener('abort', () => end(undefined), { once: true });
  });
}

/** Whether something has to be filled in before the action can be done at all: the name of what it makes. */
export const needsOptions = ({ options = [] }: Pick<WithOptions, 'options'>, args: Args): boolean =>
  options.some(({ key, required }) => required === true && args[key] === undefined);

/** What was chosen differently from what an action does by itself: `Force yes, Wait 120`. Undefined when nothing was. */
export function chosenOptions({ options = [] }: WithOptions, args: Args): string | undefined {
  const chosen = options.flatMap((field) => {
    const value = args[field.key];
    // Of what may be given several times there is only text, which the screen does not ask for.
    if (value === undefined || isTexts(value) || sameValue(field, value, field.default)) return [];
    return [`${field.label} ${display(field, value)}`];
  });
  return chosen.length === 0 ? undefined : chosen.join(', ');
}

const isTexts = (value: SettingValue | readonly string[]): value is readonly string[] =>
  Array.isArray(value) && value.some((one) => typeof one === 'string');
