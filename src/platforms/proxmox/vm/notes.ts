/**
 * The notes of a guest, and what kcli keeps in them beside: a line for each, `kvirt:plan: web`, with two blanks before it that make
 * Markdown break the line. Older versions wrote `plan=web,profile=small`.
 */
import { FleetError } from '../../../errors.ts';
import type { Pairs } from '../../contract.ts';

export interface Notes {
  /** What a user has written. */
  readonly text: string;
  readonly pairs: Pairs;
}

const LINE = /^kvirt:(\w+): ?(.*)$/;
const OLD = /^(?:(?:plan|profile|image)=[^,\n]*)(?:,(?:plan|profile|image)=[^,\n]*)*$/;

export function readNotes(description: string): Notes {
  const pairs = new Map<string, string>();
  const text: string[] = [];
  for (const line of description.split('\n')) {
    const [, key, value = ''] = LINE.exec(line) ?? [];
    if (key !== undefined) pairs.set(key, value.trim());
    else if (OLD.test(line.trim())) {
      for (const [, old = '', word = ''] of line.matchAll(/(plan|profile|image)=([^,\n]*)/g))
        if (!pairs.has(old)) pairs.set(old, word.trim());
    } else text.push(line);
  }
  return { text: text.join('\n').trim(), pairs: Object.fromEntries([...pairs].filter(([, value]) => value !== '')) };
}

export const writeNotes = ({ text, pairs }: Notes): string =>
  [text, ...Object.entries(pairs).flatMap(([key, value]) => (value === '' ? [] : [`kvirt:${key}: ${value}`]))]
    .filter((line) => line !== '')
    .join('  \n');

/** Throws op.refused for what would be read back as something else. */
export function checkNotes({ text, pairs }: Notes): void {
  const hidden = text.split('\n').find((line) => LINE.test(line) || OLD.test(line.trim()));
  if (hidden !== undefined)
    throw new FleetError('op.refused', `the notes have a line that kcli would take for metadata: ${hidden}`);
  for (const [key, value] of Object.entries(pairs)) {
    if (!/^\w+$/.test(key))
      throw new FleetError('op.refused', `${JSON.stringify(key)} is no key of metadata`, {
        fix: 'take letters, digits and _',
      });
    if (/[\r\n]/.test(value) || value !== value.trim())
      throw new FleetError('op.refused', `the value of ${key} is one line without blanks around it`);
  }
}
