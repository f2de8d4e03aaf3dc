import { choicesOf } from '../../state/fields.ts';
import type { Hint } from '../frame/layers.ts';
import type { Form, Stop } from './form-state.ts';
import { isHeld } from './held.ts';

/** The keys of a form, with those of the field that the cursor is on. */
export function formHints(form: Form | undefined): readonly Hint[] {
  const stop = form?.stops()[form.at];
  return [
    { key: 'up/down', does: 'field' },
    ...(form && stop ? hintsAt(form, stop) : []),
    { key: 'pgdn', does: 'buttons' },
    { key: 'esc', does: 'cancel' },
  ];
}

function hintsAt(form: Form, stop: Stop): readonly Hint[] {
  if (stop.kind === 'button')
    return [
      { key: 'left/right', does: 'button' },
      { key: 'enter', does: stop.button.label },
    ];
  if (stop.kind === 'fold') return [{ key: 'enter', does: stop.open ? 'show fewer' : 'show more' }];
  const { field } = stop;
  if (isHeld(field)) return [{ key: 'enter', does: field.kind === 'lines' ? 'edit' : 'open' }];
  if (!field.writable) return [{ key: 'enter', does: 'next' }];
  const next = { key: 'enter', does: 'next' };
  const isOptional = form.inputOf(field).text !== '' && !field.required;
  const emptied = (isSensible: boolean) => (isOptional && isSensible ? [{ key: 'backspace', does: 'empty' }] : []);
  if (form.isChosen(field)) return [{ key: 'enter', does: 'choose' }, ...emptied(true)];
  if (choicesOf(field).length === 0) return [next];
  // What has a value by default, or has one already, always has one.
  const isOpen = field.default === undefined && form.before[field.key] === undefined;
  return [{ key: 'left/right', does: 'choose' }, ...emptied(isOpen), next];
}
