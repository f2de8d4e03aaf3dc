/**
 * The notes of a guest, and what kcli keeps in them beside: `plan=web,profile=small,`, one line in front of the text. kcli takes the
 * whole of the notes apart at each comma and keeps every line end, so that one stands behind its last pair too. Until November 2024 it
 * wrote a line for each below the text, `kvirt:plan: web`, which it does not read any more.
 */
import { FleetError } from '../../../errors.ts';
import type { Pairs } from '../../contract.ts';

export interface Notes {
  /** What a user has written. */
  readonly text: string;
  readonly pairs: Pairs;
}

const LINE = /^\w+=[^,=\n]*(?:,\w+=[^,=\n]*)*,?$/;
const OLD = /^kvirt:(\w+): ?(.*)$/;

export function readNotes(description: string): Notes {
  const pairs = new Map<string, string>();
  const text: string[] = [];
  for (const line of description.split('\n')) {
    const [, key, value = ''] = OLD.exec(line) ?? [];
    if (key !== undefined) {
      if (!pairs.has(key)) pairs.set(key, value.trim());
    } else if (LINE.test(line.trim())) {
      for (const [, word = '', its = ''] of line.matchAll(/(\w+)=([^,=\n]*)/g)) pairs.set(word, its.trim());
    } else text.push(line);
  }
  return { text: text.join('\n').trim(), pairs: Object.fromEntries([...pairs].filter(([, value]) => value !== '')) };
}

export const writeNotes = ({ text, pairs }: Notes): string =>
  [
    Object.entries(pairs)
      .map(([key, value]) => (value === '' ? '' : `${key}=${value},`))
      .join(''),
    text,
  ]
    .filter((part) => part !== '')
    .join('\n');

/** Throws op.refused for what would be read back as something else. */
export function checkNotes({ text, pairs }: Notes): void {
  const hidden = text.split('\n').find((line) => OLD.test(line) || LINE.test(line.trim()));
  if (hidden !== undefined)
    throw new FleetError('op.refused', `the notes have a line that kcli would take for metadata: ${hidden}`);
  for (const [key, value] of Object.entries(pairs)) {
    if (!/^\w+$/.test(key))
      throw new FleetError('op.refused', `${JSON.stringify(key)} is no key of metadata`, {
        fix: 'take letters, digits and _',
      });
    if (/[\r\n,=]/.test(value) || value !== value.trim())
      throw new FleetError(
        'op.refused',
        `the value of ${key} is one line without blanks around it, and has no , and no =`,
      );
  }
}
