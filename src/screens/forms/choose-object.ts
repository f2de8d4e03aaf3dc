import { sentence } from '../../errors.ts';
import type { ObjectField } from '../../platforms/contract.ts';
import { manyOf } from '../../state/kinds.ts';
import { deadline } from '../deadline.ts';
import type { Choice } from '../dialogs/dialogs.ts';
import type { Stage } from '../stage.ts';
import type { AnyField, Form } from './form-state.ts';

/** More can't be looked through: the name is typed faster. */
const MOST_CHOICES = 2_000;
const LOAD_MS = 15_000;

/**
 * One of what the endpoint has, from a list. Where there is none to choose from, the form takes what is typed, and says why.
 * `until`: the form was closed.
 */
export async function chooseObject(
  stage: Stage,
  form: Form,
  field: AnyField & ObjectField,
  until: AbortSignal,
): Promise<void> {
  const many = manyOf(stage.services.kinds, field.of);
  const over = new AbortController();
  const signal = deadline(
    stage.services.clock,
    LOAD_MS,
    `the list of ${many} did not come`,
    AbortSignal.any([until, over.signal]),
  );
  let choices: readonly Choice<string | null>[] | undefined;
  const load = async () => {
    try {
      const found = (await form.choicesOf?.(field, form.values(), signal)) ?? [];
      if (signal.aborted) throw signal.reason;
      if (found.length > MOST_CHOICES) throw new Error(`there are ${found.length} ${many}, too many for a list`);
      if (found.length === 0) throw new Error(`there are no ${many} to choose from`);
      choices = field.nullable ? [{ label: 'none', value: null }, ...found] : found;
    } catch (error) {
      if (over.signal.aborted || until.aborted) return;
      form.typeInstead(field.key, sentence(error));
      over.abort();
    } finally {
      stage.changed();
    }
  };
  void load();
  await stage.dialogs.pick<string | null>({
    title: field.label,
    choices: () => choices,
    taken: (chosen) => form.choose(field.key, chosen),
    until: AbortSignal.any([until, over.signal]),
  });
  over.abort();
  stage.changed();
}
