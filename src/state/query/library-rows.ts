/** The template library as the second root of the tree: a branch for each group, and below it its templates. */
import type { Scanned, TemplateName } from '../templates/template.ts';
import { spellTemplate } from '../templates/template.ts';
import type { LibraryFilter } from './library-filter.ts';
import type { Wanted } from './sieve.ts';

export type LibraryRow =
  | {
      readonly kind: 'library';
      readonly key: string;
      readonly id: 'templates';
      readonly depth: number;
      readonly open: boolean;
    }
  /** Its id is its name. */
  | {
      readonly kind: 'group';
      readonly key: string;
      readonly id: string;
      readonly depth: number;
      readonly open: boolean;
    }
  /** Its id is `GROUP/NAME`. */
  | { readonly kind: 'template'; readonly key: string; readonly id: string; readonly depth: number };

export const LIBRARY_KEY = 'library templates';
export const LIBRARY_TITLE = 'Template Library';

export const isLibraryRow = (row: { readonly kind: string } | undefined): row is LibraryRow =>
  row?.kind === 'library' || row?.kind === 'group' || row?.kind === 'template';

interface Placed {
  readonly row: LibraryRow;
  /** The key of the row that it hangs under. */
  readonly home: string | undefined;
  /** False for one in a branch that is folded. */
  readonly isShown: boolean;
}

/** None without groups: the user has not asked for one. */
function libraryRows({ groups, templates }: Scanned, isFolded: (key: string) => boolean): readonly Placed[] {
  if (groups.length === 0) return [];
  const open = !isFolded(LIBRARY_KEY);
  const root: LibraryRow = { kind: 'library', key: LIBRARY_KEY, id: 'templates', depth: 0, open };
  return [
    { row: root, home: undefined, isShown: true },
    ...groups.flatMap((group): readonly Placed[] => {
      const key = `group ${group}`;
      const isOpen = !isFolded(key);
      const below = templates
        .filter((one) => one.group === group)
        .map((one): Placed => {
          const id = spellTemplate(one);
          const row: LibraryRow = { kind: 'template', key: `template ${id}`, id, depth: 2 };
          return { row, home: key, isShown: open && isOpen };
        });
      const row: LibraryRow = { kind: 'group', key, id: group, depth: 1, open: isOpen };
      return [{ row, home: LIBRARY_KEY, isShown: open }, ...below];
    }),
  ];
}

/** What a filter finds of it, unfolded: templates with their groups, and by their names groups without templates. */
function foundRows({ groups, templates, problems }: Scanned, { accepts }: LibraryFilter): readonly Placed[] {
  const found = templates.filter(accepts);
  const isIn = (group: string, among: readonly TemplateName[]) => among.some((one) => one.group === group);
  const shown = groups.filter((group) => (isIn(group, templates) ? isIn(group, found) : accepts({ group, name: '' })));
  return libraryRows({ groups: shown, templates: found, problems }, () => false);
}

/** All of it, or with a filter what that finds: nothing where it asks what only VMs have. */
export function wantedLibraryRows(
  library: Scanned,
  wanted: Pick<Wanted, 'filter' | 'libraryFilter'> | undefined,
  isFolded: (key: string) => boolean,
): readonly Placed[] {
  if (wanted?.filter === undefined) return libraryRows(library, isFolded);
  return wanted.libraryFilter ? foundRows(library, wanted.libraryFilter) : [];
}
