import { spell } from '../../state/fields.ts';
import type { ColourWord } from '../../state/theme/theme-file.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import { inputText } from '../components/input-text.ts';
import { wrapped } from '../components/wrap.ts';
import type { Look } from '../frame/look.ts';
import { type AnyField, changeText, type Form, type Stop } from './form-state.ts';
import { isHeld, sizeOf, sizeWords } from './held.ts';

const LABEL = 16;
/** A value has all the room that what is said beside it leaves, and at least this. */
const VALUE = 26;
/** `12 disks` and its sign. */
const HELD = 14;
const HELP_ROWS = 2;

/** A form as painted lines: those around the cursor that fit, then the help of where the cursor is. */
export function formLines(form: Form, columns: number, rows: number, look: Look): readonly string[] {
  const stops = form.stops();
  const fields = stops.flatMap((stop, at) =>
    stop.kind === 'button' ? [] : [stopLine(form, stop, at === form.at, columns, look)],
  );
  const room = Math.max(1, rows - HELP_ROWS - 2);
  const first = Math.max(0, Math.min(form.at - Math.floor(room / 2), fields.length - room));
  const below = fields.length - first - room;
  const buttons = stops
    .flatMap((stop, at) =>
      stop.kind === 'button' ? [look.theme.paint(at === form.at ? 'cursor' : 'key', ` ${stop.button.label} `)] : [],
    )
    .join('  ');
  const more = below > 0 ? look.theme.paint('dim', `${look.glyphs.descending} ${below} below`) : '';
  return [...fields.slice(first, first + room), more, ...helpLines(form, stops[form.at], columns, look), buttons];
}

function stopLine(form: Form, stop: Stop, here: boolean, columns: number, look: Look): string {
  const { theme, glyphs } = look;
  if (stop.kind === 'button') return '';
  if (stop.kind === 'fold') {
    const text = `${stop.open ? glyphs.open : glyphs.closed} ${stop.count} more`;
    return theme.paint(here ? 'cursor' : 'dim', text);
  }
  const { field } = stop;
  const mark = field.required && form.inputOf(field).text === '' ? '*' : ' ';
  const label = theme.paint(here ? 'accent' : 'text', fit(`${field.label}${mark}`, LABEL));
  const side = sideText(form, field);
  const room = Math.max(8, columns - LABEL - 1);
  const valueColumns =
    side === undefined ? room : Math.min(room, Math.max(isHeld(field) ? HELD : VALUE, room - width(side.text) - 1));
  const rest = Math.max(0, room - valueColumns - 1);
  const beside = side === undefined ? '' : ` ${theme.paint(side.colour, fit(side.text, rest))}`;
  return `${label} ${valueText(form, field, here, valueColumns, look)}${beside}`;
}

function valueText(form: Form, field: AnyField, here: boolean, columns: number, look: Look): string {
  const { theme } = look;
  const input = form.inputOf(field);
  const byDefault = field.default === undefined ? '' : spell(field, field.default);
  if (isHeld(field)) {
    const held = form.heldOf(field) ?? field.default;
    // Of what is not there yet, nothing means that it is left open: a VM that is made gets a disk all the same.
    const isLeftOpen = form.before[field.key] === undefined && sizeOf(field, held) === '';
    const text = `${isLeftOpen ? '-' : clean(sizeWords(field, held))} ${look.glyphs.closed}`;
    return chosenText(text, columns, here ? 'cursor' : field.writable ? 'input' : 'dim', look);
  }
  if (!field.writable) return theme.paint('dim', fit(clean(input.text) || byDefault || '-', columns));
  if (form.isChosen(field)) {
    return chosenText(
      `${clean(input.text) || byDefault || '-'} ${look.glyphs.closed}`,
      columns,
      here ? 'cursor' : 'input',
      look,
    );
  }
  if (field.kind === 'choice' || field.kind === 'flag') {
    return chosenText(`< ${input.text || byDefault || '-'} >`, columns, here ? 'cursor' : 'input', look);
  }
  const masked = field.sensitive && !/^(env|file|cmd):/.test(input.text);
  const visible = masked
    ? { ...input, text: '*'.repeat([...input.text].length) }
    : { ...input, text: clean(input.text) };
  if (visible.text === '' && !here && byDefault) return theme.paint('dim', fit(byDefault, columns));
  return inputText(visible, columns, here, look);
}

/** What can't be typed is as long as it is; the rest of its room is empty. */
const chosenText = (text: string, columns: number, colour: ColourWord, { theme }: Look): string =>
  theme.paint(colour, fit(text, Math.min(columns, width(text)))) + ' '.repeat(Math.max(0, columns - width(text)));

/** What is said beside a value: what is wrong with it, what saving would change, what the other side has, or how much is left. */
function sideText(form: Form, field: AnyField): { readonly text: string; readonly colour: ColourWord } | undefined {
  const wrong = form.wrong(field);
  if (wrong !== undefined) return { text: clean(wrong), colour: 'danger' };
  const change = changeText(form, field);
  if (change !== undefined) return { text: clean(change), colour: 'accent' };
  const beside = form.besideOf(field);
  if (beside) return { text: clean(beside.text), colour: beside.isAnother ? 'warning' : 'dim' };
  const note = form.noteOf(field);
  return note === undefined ? undefined : { text: clean(note), colour: 'dim' };
}

/** What is wrong with the field stands here in place of its help, where there is no room for all of it beside the value. */
function helpLines(form: Form, stop: Stop | undefined, columns: number, { theme }: Look): readonly string[] {
  if (stop?.kind !== 'field') return Array.from({ length: HELP_ROWS }, () => '');
  const side = sideText(form, stop.field);
  if (side?.colour === 'danger' && LABEL + 1 + VALUE + 1 + width(side.text) > columns) {
    const wrong = wrapped(side.text, columns);
    return Array.from({ length: HELP_ROWS }, (_, at) => theme.paint('danger', wrong[at] ?? ''));
  }
  const why = form.whyTyped(stop.field);
  if (why !== undefined) {
    const lines = wrapped(`Type it: ${why}.`, columns);
    return Array.from({ length: HELP_ROWS }, (_, at) => theme.paint('warning', lines[at] ?? ''));
  }
  const { help, examples } = stop.field;
  const { effectTold } = stop.field;
  const text = `${help.split('\n')[0]}${examples?.length ? ` Such as ${examples.join(', ')}.` : ''}${effectTold ? ` ${effectTold}` : ''}`;
  const lines = wrapped(text, columns).slice(0, HELP_ROWS);
  return Array.from({ length: HELP_ROWS }, (_, at) => theme.paint('dim', lines[at] ?? ''));
}
