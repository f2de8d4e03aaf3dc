import type { ListField } from '../../platforms/contract.ts';
import { joinTexts, splitTexts } from '../../state/entry-text.ts';
import { choicesOf } from '../../state/fields.ts';
import type { Candidate } from './candidate.ts';

/** The row so far, with each key that is not in it yet, or with each word that the last key can be. */
export function rowCandidates({ item }: Pick<ListField, 'item'>, current: string): readonly Candidate[] {
  const parts = splitTexts(current, ',');
  const last = parts.at(-1) ?? '';
  const done = current.slice(0, current.length - joinTexts([last], ',').length);
  const [key = '', value] = last.split('=', 2);
  if (value !== undefined) {
    const field = item.find((one) => one.key === key);
    return field ? choicesOf(field).map((word) => ({ value: `${done}${key}=${word}`, help: '' })) : [];
  }
  const taken = new Set(parts.map((part) => part.split('=', 1)[0]));
  return item
    .filter((field) => !taken.has(field.key))
    .map((field) => ({ value: `${done}${field.key}=`, help: field.help.split('\n', 1)[0] ?? '' }));
}
