import type { KindColumn } from '../../state/kind-spec.ts';
import type { Stage, View } from '../stage.ts';
import type { TableQuery } from './table-query.ts';

/** The keys that filter and sort a table. `sorted`: the order has changed, the rows are the same. */
export function queryCommands(
  stage: Stage,
  query: TableQuery,
  columnsNow: () => readonly KindColumn[],
  sorted: () => void,
  move: (rows: number) => void,
): View['handlers'] {
  const sortBy = (id: string | undefined) => {
    query.sortBy(id);
    sorted();
  };
  const step = (by: number) => () => {
    const columns = columnsNow();
    const at = columns.findIndex(({ id }) => id === query.order?.by);
    sortBy(columns[(at + by + columns.length) % columns.length]?.id);
  };
  const askForOrder = async () => {
    const choices = [
      ...columnsNow().map(({ id, title }) => ({ label: title.toLowerCase(), value: id })),
      { label: 'as a tree', value: '' },
    ];
    const chosen = await stage.dialogs.pick({ title: 'Sort by', choices: () => choices });
    if (chosen !== undefined) sortBy(chosen === '' ? undefined : chosen);
  };

  return {
    'view.filter': () =>
      stage.dialogs.filter({
        start: query.filter,
        step: move,
        apply(text) {
          query.setFilter(text);
          stage.changed();
          return undefined;
        },
      }),
    'view.sort-next': step(1),
    'view.sort-previous': step(-1),
    'view.reverse'() {
      query.reverse();
      sorted();
    },
    'view.sort': () => void askForOrder().catch(stage.message.fail),
  };
}
