/** The template library as the second root of the tree: a branch for each group, and below it its templates. */
import type { Scanned } from '../templates/template.ts';
import { spellTemplate } from '../templates/template.ts';

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

/** None for a library without groups: the user has not asked for one. */
export function libraryRows({ groups, templates }: Scanned, isFolded: (key: string) => boolean): readonly Placed[] {
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
