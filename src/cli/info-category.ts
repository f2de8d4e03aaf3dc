/** `vm info --category`: the details of a VM by what they are about. */
import { FleetError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import { categoryOf, inOrder } from '../state/fleet/info-categories.ts';
import type { Flag } from './flags.ts';
import type { Details } from './output.ts';

export const CATEGORY: Flag = {
  key: 'category',
  label: 'Category',
  help: 'Only what is about this: general, identity, place, compute, disks, networks, snapshots, guest, boot, display, or what its platform names; all: everything, each line behind its category.',
  kind: 'text',
  examples: ['disks'],
};

const ALL = 'all';

/** Details of which each line says what it is about; `more` among the values says it too. */
export interface CategorizedDetails extends Omit<Details, 'lines'> {
  readonly lines: readonly (readonly [label: string, text: string, category?: string])[];
}

/** The details of this category alone, with name and id in front for programs. Throws usage for a category that is not there. */
export function onlyCategory(details: CategorizedDetails, wanted: string | undefined): Details {
  if (wanted === undefined) return { ...details, lines: details.lines.map(([label, text]) => [label, text]) };
  const lines = details.lines.map(([label, text, category = categoryOf(label)]) => ({ label, text, category }));
  const there = inOrder(lines.map(({ category }) => category));
  if (wanted.toLowerCase() === ALL) {
    const sorted = there.flatMap((name) => lines.filter(({ category }) => category === name));
    return { ...details, lines: sorted.map(({ label, text, category }) => [`${category}: ${label}`, text]) };
  }
  const name = there.find((one) => one.toLowerCase() === wanted.toLowerCase());
  if (name === undefined) {
    const known = [...there.map((one) => one.toLowerCase()), ALL];
    throw new FleetError(
      'usage',
      `--category: ${details.name} has nothing about ${JSON.stringify(wanted)}${didYouMean(wanted, known)}`,
      { fix: `one of ${known.join(', ')}` },
    );
  }
  const { value } = details;
  const more = (Array.isArray(value['more']) ? value['more'] : []).filter((line) => line.section === name);
  const own = Object.entries(value).filter(([key]) => key !== 'more' && isAbout(key, name));
  return {
    ...details,
    value: { id: value['id'], name: value['name'], ...Object.fromEntries(own), more },
    lines: lines.flatMap(({ label, text, category }) => (category === name ? [[label, text] as const] : [])),
  };
}

const ALWAYS: readonly string[] = ['id', 'name'];
const isAbout = (key: string, category: string): boolean => !ALWAYS.includes(key) && categoryOf(key) === category;
