/** What a settings form says of a change: when it counts, and the question before it is made. */
import { adviceOnEdit } from '../../actions/edit.ts';
import { placeOfShown, type Target } from '../../actions/target.ts';
import type { VmId } from '../../ids.ts';
import type { Settings, SettingsField, SettingsTarget } from '../../platforms/contract.ts';
import type { FormField } from '../../state/fields.ts';
import { clean } from '../../terminal/width.ts';
import { deadline } from '../deadline.ts';
import type { Stage } from '../stage.ts';
import { type AnyField, changeText, type Form, whenTold } from './form-state.ts';
import { rowDifferences } from './row-differences.ts';

/** Of the field that says what is changed: what is saved, or what runs. */
export const TARGET_KEY = '@target';

const CHECK_MS = 15_000;

/** A field with what it says of itself: when a change of it counts. */
export function asShown(field: FormField<SettingsField>, target: SettingsTarget, isOn: boolean): AnyField {
  const takesEffect = target === 'config' && isOn ? (field.whenSaved ?? field.takesEffect) : field.takesEffect;
  return takesEffect === undefined ? field : { ...field, takesEffect, effectTold: EFFECTS[takesEffect] };
}

const EFFECTS = {
  now: 'Counts at once.',
  restart: 'Counts from the next start on.',
  recreate: 'Another one needs a new VM.',
} as const;

/** `Memory: 4GiB → 6GiB, now`, for each field that was changed; of a list for each of its rows. */
export const differencesIn = (form: Form, fields: readonly AnyField[]): readonly string[] =>
  fields.flatMap((field) => {
    const text = changeText(form, field);
    if (text === undefined || field.key === TARGET_KEY) return [];
    if (field.kind !== 'list') return [`${field.label}: ${text}`];
    const changes = rowDifferences(field, form.before[field.key], form.changes()[field.key]);
    return changes.map((change) => `${field.label}: ${whenTold(field, change)}`);
  });

export interface AskedChange {
  readonly bound: Target;
  readonly target: SettingsTarget;
  readonly changes: Settings;
  readonly basedOn: Settings;
  readonly differences: readonly string[];
  /** It was looked at, and nothing is refused: the question follows. */
  readonly checked: () => void;
}

/** What will be different, when, and what speaks against it: the user decides. Rejects with a refusal that is known already. */
export async function agreeToChange(
  stage: Stage,
  title: string,
  { bound, target, changes, basedOn, differences, checked }: AskedChange,
  until: AbortSignal,
): Promise<boolean> {
  const { services } = stage;
  const signal = deadline(services.clock, CHECK_MS, `the change of ${bound.name} could not be checked`, until);
  const advice = await adviceOnEdit(services, bound.id as VmId, target, changes, basedOn, signal);
  checked();
  return stage.dialogs.confirm({
    title,
    question: `Change ${clean(placeOfShown(bound, services.store.fleet))}?`,
    details: [...differences, ...advice].map(clean),
    until,
  });
}
