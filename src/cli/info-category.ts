/** `vm info --category`: the details of a VM by what they are about. */
import { FleetError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import { COMMON_CATEGORIES, categoryOf, inOrder } from '../state/fleet/info-categories.ts';
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

/**
 * The details of these VMs in this category alone, with name and id in front for programs. One that has nothing in it has no lines.
 * Throws usage for a category that neither all platforms have nor one of these VMs.
 */
export function onlyCategory(all: readonly CategorizedDetails[], wanted: string | undefined): readonly Details[] {
  if (wanted === undefined)
    return all.map((one) => ({ ...one, lines: one.lines.map(([label, text]) => [label, text]) }));
  if (wanted.toLowerCase() === ALL) return all.map(byCategory);
  const own = all.flatMap(({ lines }) => lines.map(categoryOfLine));
  const names = inOrder([...COMMON_CATEGORIES, ...own]);
  const name = names.find((one) => one.toLowerCase() === wanted.toLowerCase());
  if (name !== undefined) return all.map((one) => inCategory(one, name));
  const known = [...names.map((one) => one.toLowerCase()), ALL];
  throw new FleetError(
    'usage',
    `--category: there is none called ${JSON.stringify(wanted)}${didYouMean(wanted, known)}`,
    { fix: `one of ${known.join(', ')}` },
  );
}

const categoryOfLine = ([label, , category = categoryOf(label)]: CategorizedDetails['lines'][number]): string =>
  category;

/** All lines, each behind its category. */
function byCategory(details: CategorizedDetails): Details {
  const lines = Map.groupBy(details.lines, categoryOfLine);
  const sorted = inOrder(lines.keys()).flatMap((name) =>
    (lines.get(name) ?? []).map(([label, text]) => [`${name}: ${label}`, text] as const),
  );
  return { ...details, lines: sorted };
}

function inCategory(details: CategorizedDetails, name: string): Details {
  const { value } = details;
  const more = (Array.isArray(value['more']) ? value['more'] : []).filter((line) => line.section === name);
  const own = Object.entries(value).filter(([key]) => key !== 'more' && isAbout(key, name));
  return {
    ...details,
    value: { id: value['id'], name: value['name'], ...Object.fromEntries(own), more },
    lines: details.lines.flatMap((line) => (categoryOfLine(line) === name ? [[line[0], line[1]] as const] : [])),
  };
}

const ALWAYS: readonly string[] = ['id', 'name'];
const isAbout = (key: string, category: string): boolean => !ALWAYS.includes(key) && categoryOf(key) === category;
