import type { Args, ObjectAction } from '../../actions/action.ts';
import { readListing } from '../../actions/read-listing.ts';
import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import {
  type ListedKind,
  type ObjectField,
  type Settings,
  type SettingValue,
  sameValue,
} from '../../platforms/contract.ts';
import { defaultsOf, display } from '../../state/fields.ts';
import { manyOf } from '../../state/kinds.ts';
import { wrapped } from '../components/wrap.ts';
import { deadline } from '../deadline.ts';
import { createForm } from '../forms/form-state.ts';
import { toldColumns } from '../forms/told-columns.ts';
import type { Stage } from '../stage.ts';
import type { Choice } from './dialogs.ts';
import { namedChoices } from './named-choices.ts';
import type { ReservedVolumes } from './reserved-volumes.ts';

type WithOptions = Pick<ObjectAction, 'title' | 'options'>;

interface AskedOptions extends WithOptions, Pick<ObjectAction, 'reads'> {
  /** What is left of what they ask for, by their keys. */
  readonly leaves?: ((signal: AbortSignal) => Promise<Readonly<Record<string, string>>> | undefined) | undefined;
  /** The volumes among them, which two forms must not take at once. */
  readonly reserved?: ReservedVolumes | undefined;
  /** What can wait has a button that calls this with what was chosen; the form is answered as given up then. */
  readonly later?: ((args: Settings) => void) | undefined;
}

/** The last button of a form whose action can be done at a time. */
export const AT_A_TIME = { id: 'later', label: 'At a time…' };

const LEFT_MS = 15_000;

/**
 * The options of an action as a form; what the endpoint has is chosen from its lists. Answers what was chosen; undefined when
 * it was given up or `until` aborts.
 */
export function askOptions(
  stage: Stage,
  { title, options = [], reads, leaves, reserved, later }: AskedOptions,
  endpoint: EndpointName,
  question: string,
  start: Settings,
  until: AbortSignal,
): Promise<Settings | undefined> {
  let left: Readonly<Record<string, string>> = {};
  const form = createForm({
    fields: options.map((field) => ({ ...field, writable: true })),
    before: reads ? start : {},
    start: { ...defaultsOf(options), ...start },
    notes: () => left,
    async choicesOf(field, _values, signal) {
      const names = await listedNames(stage, field, endpoint, signal);
      return field.of === 'volume' && reserved ? reserved.marked(names) : names;
    },
    buttons: [{ id: 'go', label: 'Continue' }, { id: 'cancel', label: 'Cancel' }, ...(later ? [AT_A_TIME] : [])],
  });
  const over = new AbortController();
  const signal = deadline(stage.services.clock, LEFT_MS, 'what is left did not come', over.signal);
  // The form does without it: what is too much the platform refuses by itself.
  void Promise.resolve(leaves?.(signal)).then(
    (told) => {
      if (told === undefined || over.signal.aborted) return;
      left = told;
      stage.changed();
    },
    () => undefined,
  );
  /** True when others take none of what is chosen, from now on. */
  const takeChosen = async (when?: 'ifChanged'): Promise<boolean> => {
    const taken = await reserved?.take(form.values(), when);
    if (taken !== undefined) stage.message.say(`${title}: ${taken}`, 'warning');
    return taken === undefined;
  };
  return new Promise((resolve) => {
    const end = (answer: Settings | undefined) => {
      over.abort();
      stage.layers.close(dialog.layer);
      resolve(answer);
    };
    const dialog = stage.dialogs.form({
      title: `${title}: options`,
      form: () => form,
      cancel: () => end(undefined),
      pressed: (button) => {
        if (button === 'cancel') return end(undefined);
        if (!form.check()) return stage.changed();
        if (button === AT_A_TIME.id) {
          later?.(form.values());
          return end(undefined);
        }
        if (!reserved) return end(form.values());
        void takeChosen().then((isOurs) => {
          if (isOurs && !over.signal.aborted) end(form.values());
        });
      },
      ...(reserved && { edited: () => void takeChosen('ifChanged') }),
    });
    dialog.tell(wrapped(question, toldColumns(stage)).map((line) => stage.look.theme.paint('title', line)));
    stage.layers.open(dialog.layer);
    until.addEventListener('abort', () => end(undefined), { once: true });
  });
}

/** The names of what an endpoint has for a field, as far as it can be used now. Rejects as `readListing` does. */
export async function listedNames(
  stage: Stage,
  { of: kind, type }: ObjectField,
  endpoint: EndpointName,
  signal: AbortSignal,
): Promise<readonly Choice<string>[]> {
  const { services } = stage;
  if (services.kinds[kind]?.listed?.under !== 'endpoint')
    throw new FleetError('op.unsupported', `${manyOf(services.kinds, kind)} are not listed`);
  const all = await readListing(kind as ListedKind, endpoint, services, signal);
  const isOfType = (one: object) => type === undefined || ('type' in one && one.type === type);
  const usable = all.filter((one) => isOfType(one) && (!('active' in one) || one.active));
  return namedChoices(usable);
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
