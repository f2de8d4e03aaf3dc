import type { ListedKind } from '../../platforms/contract.ts';
import type { KindColumn } from '../../state/kind-spec.ts';
import { columnsOf, manyOf, specOf } from '../../state/kinds.ts';
import type { PickedColumns } from '../dialogs/dialogs.ts';
import type { Stage } from '../stage.ts';

/** Which columns the tables of a kind have; what the user chooses is for all of them. */
export interface TableColumns {
  /** The name first. The same array until another choice is made. */
  now(): readonly KindColumn[];
  /** Whether the user has chosen them: then each is shown, also where no row has a value for it. */
  readonly chosen: boolean;
  readonly picked: PickedColumns;
}

/** `isUsual`: whether a column is shown unless the user has chosen others. `fitting` as in `PickedColumns`. */
export function createTableColumns(
  stage: Stage,
  kind: ListedKind,
  isUsual: (id: string) => boolean,
  fitting: PickedColumns['fitting'],
): TableColumns {
  const { kinds } = stage.services;
  const [name, ...titled] = columnsOf(kinds, kind);
  const named = name ? [name] : [];
  const usual = [...named, ...titled.filter(({ id }) => isUsual(id))];
  const all: readonly KindColumn[] = specOf(kinds, kind).keys.flatMap((key) =>
    key.forPrograms || key.id === name?.id ? [] : [{ ...key, title: key.title ?? key.id.toUpperCase() }],
  );
  let known: { readonly ids: readonly string[]; readonly columns: readonly KindColumn[] } | undefined;

  const now = () => {
    const ids = stage.tableColumns.get(kind);
    if (!ids) return usual;
    if (known?.ids !== ids) {
      known = { ids, columns: [...named, ...ids.flatMap((id) => all.find((column) => column.id === id) ?? [])] };
    }
    return known.columns;
  };
  return {
    now,
    get chosen() {
      return stage.tableColumns.has(kind);
    },
    picked: {
      of: manyOf(kinds, kind),
      offered: all,
      shown: () =>
        now()
          .slice(1)
          .map(({ id }) => id),
      choose(ids) {
        if (ids) stage.tableColumns.set(kind, ids);
        else stage.tableColumns.delete(kind);
      },
      fitting,
    },
  };
}
