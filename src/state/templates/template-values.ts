/** What a template says in single values, for a form: each by the key of its platform's field, as text, since it may be a variable. */
import type { Field } from '../../platforms/contract.ts';
import { readWritten } from '../fields.ts';
import { saidOf } from '../presets/kcli-words.ts';
import type { Template } from './template.ts';
import type { SettingsEdit } from './with-settings.ts';

const HAS_VARIABLE = /\$(?:[A-Za-z_]|\{[A-Za-z_])/;

/** Fields that can stand in a form of texts; the others are edited in the template's own text, as is what no secret belongs into. */
export const isSingle = ({ kind, sensitive }: Field): boolean =>
  kind !== 'list' && kind !== 'pairs' && kind !== 'lines' && sensitive !== true;

interface Word {
  /** As the template has it: kcli's, or the key itself. */
  readonly word: string;
  readonly text: string;
}

/** By the key of its field. What says more than one thing, or a list, is left out. */
export function valuesOfTemplate({ vm }: Pick<Template, 'vm'>, fields: readonly Field[]): ReadonlyMap<string, Word> {
  const values = new Map<string, Word>();
  for (const [word, said] of vm) {
    if (typeof said.value !== 'string') continue;
    const [only, ...others] = Object.entries(saidOf(word, said));
    if (!only || others.length > 0) continue;
    const [key, value] = only;
    // kcli's word may stand for a choice, as uefi: true does, which a variable is none of.
    if (HAS_VARIABLE.test(said.value) && !HAS_VARIABLE.test(String(value))) continue;
    if (typeof value === 'string' && fields.some((field) => field.key === key && isSingle(field)))
      values.set(key, { word, text: value });
  }
  return values;
}

/** Keys of the fields that it says something of on this platform alone. */
export const keysSaidFor = ({ platforms }: Pick<Template, 'platforms'>, platform: string): ReadonlySet<string> =>
  new Set([...(platforms.get(platform) ?? [])].flatMap(([word, said]) => Object.keys(saidOf(word, said))));

/** Why the field can't have this text; undefined where it can, where there is a variable in it, and where it is empty. */
export function whyNoValue(field: Field, text: string): string | undefined {
  if (text === '' || HAS_VARIABLE.test(text)) return undefined;
  const read = readWritten(field, saidOf(field.key, { value: text, where: field.label })[field.key] ?? text);
  return 'wrong' in read ? read.wrong : undefined;
}

/** The edit of the template's text; an empty value takes its line away. `changes`: texts by the keys of fields. */
export function editOfValues(
  changes: Readonly<Record<string, string>>,
  values: ReadonlyMap<string, Word>,
): SettingsEdit['vm'] {
  const edit: Record<string, string | undefined> = {};
  for (const [key, text] of Object.entries(changes)) {
    const word = values.get(key)?.word;
    // Under its own name: kcli's word may have another unit.
    if (word !== undefined && word !== key) edit[word] = undefined;
    edit[key] = text === '' ? undefined : text;
  }
  return edit;
}
