import type { Layer } from '../frame/layers.ts';
import type { Stage } from '../stage.ts';
import { untilClosed } from '../until-closed.ts';
import { chooseObject } from './choose-object.ts';
import { editLines } from './edit-lines.ts';
import type { AnyField, Form } from './form-state.ts';
import { openRows } from './rows-layer.tsx';

/** Opens what has no room in a line of the form that `layer` shows. */
export async function openField(stage: Stage, form: Form, field: AnyField, layer: Layer): Promise<void> {
  const until = untilClosed(stage, layer);
  if (field.kind === 'object') return chooseObject(stage, form, field, until);
  if (field.kind === 'list' || field.kind === 'pairs') return openRows(stage, form, field, until);
  if (field.kind !== 'lines') return;
  const text = await editLines(stage, field.key, String(form.heldOf(field) ?? field.default ?? ''), until);
  if (text !== undefined && !until.aborted) form.choose(field.key, text.replaceAll('\r\n', '\n'));
  stage.changed();
}
